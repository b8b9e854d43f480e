"""Small sums."""


def add(a, b):
    return b + a


def sub(a, b):
    return a - b


def mul(a, b):
    if a == 0:
        return 0
    return a * b
