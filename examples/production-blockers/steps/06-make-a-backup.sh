# Make a backup: the one that is there is older than the phase
#
# Refused: infrastructure
node ops/backup.js
