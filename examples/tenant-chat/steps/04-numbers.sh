# Merge the numbers: new messages get new ones
#
# Refused: isolation
# Completes: isolation
git merge -q --no-ff -m 'Merge fix/numbers' fix/numbers
