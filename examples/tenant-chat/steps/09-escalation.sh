# Merge the tests of the escalation engine
#
# Refused: tests
git merge -q --no-ff -m 'Merge fix/escalation' fix/escalation
