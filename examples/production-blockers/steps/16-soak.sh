# Observe it twice, as a schedule does once a day
#
# Refused: integration
# Completes: integration
tollgate phase observe integration -q
sleep 3
tollgate phase observe integration -q
