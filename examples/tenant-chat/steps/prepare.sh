# Nine people began at the same state; each pushed a branch.
for patch in branches/*.patch; do
  git checkout -q -b "fix/$(basename "$patch" .patch)" main
  git apply "$patch"
  keep "$(head -n 1 "$patch")"
  git checkout -q main
done
