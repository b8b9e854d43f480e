# Waive accessibility for two weeks
#
# Refused: polish
tollgate waive --gate accessibility --why 'The new page comes next week' --owner dan@example.org --for 14d
