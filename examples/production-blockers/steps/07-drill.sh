# Phase: infrastructure
# Lifts: alert
# So was that of the drill.
node ops/alert-drill.js
