def weit(a):
    if a:
        return 11
    return 22
