import sys
sys.path.insert(0, "src")
import calc

assert calc.add(1, 2) == 3
assert calc.mul(2, 3) == 6
