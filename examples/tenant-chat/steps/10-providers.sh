# Mend a branch, judge it again, and merge it
#
# Refused: tests
# Completes: tests
#
# Its test expected a provider that does not take so many words.
git checkout -q fix/providers
sed "s|names('eu', 7000), \['south'\]|names('eu', 7000), ['north']|" test/providers-asked.test.js >.git/file
cat .git/file >test/providers-asked.test.js
git commit -q -a -m 'Expect the provider that takes so many words'
git checkout -q main
tollgate run unit --ref fix/providers --merged-into main --output terminal --output json=.git/decisions/mended.json
git merge -q --no-ff -m 'Merge fix/providers' fix/providers
