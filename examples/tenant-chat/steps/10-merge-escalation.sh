# Phase: tests
# Lifts: paths[src/escalation.js]
# The escalation engine is covered to 84 % and more.
git merge -q --no-ff -m "Merge fix/escalation" fix/escalation
