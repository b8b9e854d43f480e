# Judge the foreign key merged into main, where the orphans are gone, and merge it
#
# Refused: isolation
tollgate run unit database --ref fix/foreign-key --merged-into main --output terminal --output json=.git/decisions/merged.json || [ $? = 1 ]
git merge -q --no-ff -m 'Merge fix/foreign-key' fix/foreign-key
