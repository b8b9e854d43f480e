# Phase: tests
# Lifts: paths[src/confidence.js]
# The confidence analyser is covered to 95 % and more.
git merge -q --no-ff -m "Merge fix/confidence" fix/confidence
