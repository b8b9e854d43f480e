# Try the deployment dry
#
# Refused: integration
node ops/deploy.js --dry-run
