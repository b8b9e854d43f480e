# Push the work, so that others see it
git push -q --set-upstream origin main
