# The remote that the others see.
git init -q --bare .git/origin.git
git remote add origin "$PWD/.git/origin.git"
