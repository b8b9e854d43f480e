# Drill the alert, in this phase too
#
# Refused: infrastructure
node ops/alert-drill.js
