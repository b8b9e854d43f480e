# Phase: tests
# Lifts: gate `counts`
# 67 pass and 29 are skipped, each for a reason that is listed.
git merge -q --no-ff -m "Merge fix/skips" fix/skips
