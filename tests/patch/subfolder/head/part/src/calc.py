"""Small sums."""


def add(a, b):
    return a + b


def sub(a, b):
    return -(b - a)


def mul(a, b):
    if a == 0:
        return 0
    return b * a
