# Merge the key into the environment: 48 of 50 issues are closed
#
# Refused: release
# Completes: release
git merge -q --no-ff -m 'Merge fix/credential' fix/credential
