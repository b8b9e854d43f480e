# Drill the alert: so is that
#
# Refused: infrastructure
node ops/alert-drill.js
