# Phase: isolation
# Leaves: gate `before`
# Each branch in a work tree of its own. Two are no go: one fails a test, one cannot be applied to the data of today.
refs=
for patch in branches/*.patch; do refs="$refs --ref fix/$(basename "$patch" .patch)"; done
# shellcheck disable=SC2086 # a list of options
"$TOLLGATE" --ci none run unit database $refs --output terminal --output "json=$LOG/alone.json" || [ $? = 1 ]
