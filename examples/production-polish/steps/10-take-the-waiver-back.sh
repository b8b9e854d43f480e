# Take the waiver back
#
# Refused: polish
git rm -q .tollgate/waivers.yaml
