import sys
sys.path.insert(0, 'src')
import calc
assert calc.neg(4) == -4
