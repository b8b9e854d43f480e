# Phase: integration
# Lifts: soak
# In earnest a schedule does this once a day.
"$TOLLGATE" --ci none phase observe integration -q --key "$KEYS/dev"
sleep 3
"$TOLLGATE" --ci none phase observe integration -q --key "$KEYS/dev"
