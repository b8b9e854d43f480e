# Make a backup that is as young as the phase
#
# Refused: infrastructure
node ops/backup.js
