# Judge a branch merged into main, and merge it
#
# Refused: isolation
#
# Alone it is no go still, because it began before the orphans were kept aside. What counts is the merge.
tollgate run unit database --ref fix/foreign-key --merged-into main --output terminal --output json=.git/decisions/merged.json || [ $? = 1 ]
git merge -q --no-ff -m 'Merge fix/foreign-key' fix/foreign-key
