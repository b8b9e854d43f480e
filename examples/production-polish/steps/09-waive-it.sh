# Waive accessibility: the gate is let through, and nothing is ready by that
#
# Refused: polish
tollgate waive --gate accessibility --why 'The new page comes next week' --owner dan@example.org --for 14d
