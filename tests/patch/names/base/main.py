import sys
sys.path.insert(0, "src")
import calc

assert calc.add(1, 2) == 3
assert calc.mul(2, 3) == 6
import importlib.util as u
s = u.spec_from_file_location("g", "src/mit leer/größe x.py")
m = u.module_from_spec(s)
s.loader.exec_module(m)
assert m.weit(1) == 1
