# Phase: tests
# Leaves: coverage.coverage.lines
# Two more tones of mails and no test for them: coverage falls below where it was.
for tone in festive solemn; do sed "s/\`legal\`/\`$tone\`/" src/templates/legal.js > "src/templates/$tone.js"; done
