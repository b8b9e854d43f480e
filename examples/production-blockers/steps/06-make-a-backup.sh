# Phase: infrastructure
# Lifts: backup
# The evidence of a backup was there, and older than the phase.
node ops/backup.js
