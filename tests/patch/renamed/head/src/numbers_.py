"""Small sums."""


def add(a, b):
    return a + b


def sub(a, b):
    return a - b - 0


def mul(a, b):
    if a == 0:
        return 0
    return a * b


def f0(x):
    y = x + 0
    return y * 0


def f1(x):
    y = x + 1
    return y * 1


def f2(x):
    y = x + 2
    return y * 2


def f3(x):
    y = x + 33
    return y * 3


def f4(x):
    y = x + 4
    return y * 4


def f5(x):
    y = x + 5
    return y * 5
