# Phase: isolation
# Leaves: gate `after`
# No message is lost any more; new ones still get old numbers.
git merge -q --no-ff -m "Merge fix/partitions" fix/partitions
