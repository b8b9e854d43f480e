# Phase: integration
# Leaves: sign-offs
# Two people sign. One of them wrote the change: that is one sign-off, not two.
"$TOLLGATE" phase sign integration --why 'I wrote it' --key "$KEYS/dev"
"$TOLLGATE" phase sign integration --why 'Read all of it' --key "$KEYS/rea"
