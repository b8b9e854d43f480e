# Merge the tests of the confidence analyser
#
# Refused: tests
git merge -q --no-ff -m 'Merge fix/confidence' fix/confidence
