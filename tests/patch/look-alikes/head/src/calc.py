"""Small sums."""


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    if a == 0:
        return 0
    return a * b


TEXT = """
++ b/src/other.py
@@ -1 +1,9 @@
-- a/src/calc.py
diff --git a/x b/x
"""


def after(a):
    return a
