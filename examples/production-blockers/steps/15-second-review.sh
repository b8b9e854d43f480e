# Phase: integration
# Lifts: sign-offs
"$TOLLGATE" phase sign integration --why 'Tried it on staging' --key "$KEYS/sam"
