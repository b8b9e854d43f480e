# Nine people began at the same state; each pushed a branch.
for patch in branches/*.patch; do
  name=$(basename "$patch" .patch)
  git checkout -q -b "fix/$name" main
  git apply "$patch"
  git add -A
  git commit -q -m "$(head -n 1 "$patch")"
  git checkout -q main
done
