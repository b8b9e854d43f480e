# Phase: integration
# Lifts: dry-run
node ops/deploy.js --dry-run
