# Phase: isolation
# Lifts: gate `schema`
# Alone it is no go still: it began without the branch before. Merged into main it is a go, and that is what counts.
"$TOLLGATE" --ci none run unit database --ref fix/foreign-key --merged-into main --output terminal --output "json=$LOG/merged.json" || [ $? = 1 ]
git merge -q --no-ff -m 'Merge fix/foreign-key' fix/foreign-key
