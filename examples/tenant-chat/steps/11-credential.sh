# Merge the key into the environment
#
# Refused: release
# Completes: release
git merge -q --no-ff -m 'Merge fix/credential' fix/credential
