import sys
sys.path.insert(0, "src")
import numbers_ as calc

assert calc.add(1, 2) == 3
assert calc.mul(2, 3) == 6
assert calc.f3(1) == 34 * 3
