# Phase: isolation
# Lifts: gate `after`
# All seven statements hold.
git merge -q --no-ff -m "Merge fix/numbers" fix/numbers
