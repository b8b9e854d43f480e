# Merge the partitions: no message is lost any more
#
# Refused: isolation
git merge -q --no-ff -m 'Merge fix/partitions' fix/partitions
