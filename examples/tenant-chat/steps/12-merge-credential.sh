# Phase: release
# Lifts: gate `secrets`
# The key comes from the environment. With it 48 of 50 issues are closed.
git merge -q --no-ff -m "Merge fix/credential" fix/credential
