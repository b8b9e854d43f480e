# Push the work, so that others see it
#
# Refused: beta
git push -q --set-upstream origin main
