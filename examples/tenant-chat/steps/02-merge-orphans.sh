# Phase: isolation
# Lifts: gate `before`
# Two messages had no tenant. They are kept aside.
git merge -q --no-ff -m "Merge fix/orphans" fix/orphans
