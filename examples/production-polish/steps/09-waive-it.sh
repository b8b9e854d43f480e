# Phase: polish
# Leaves: readiness
# A waiver lets the gate through and the phase not: what is waived does not count as ready.
"$TOLLGATE" waive --gate accessibility --why 'The new page comes next week' --owner dev@example.org --for 14d
