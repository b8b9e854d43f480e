# Phase: tests
# Lifts: gate `coverage`
# The expectation was wrong: nobody but north takes 7000 words. Mended on the branch, judged again, and merged.
git checkout -q fix/providers
sed "s/'south', 'south'\]/'south', 'north']/" test/providers-cost.test.js > "$KEYS/test"
cp "$KEYS/test" test/providers-cost.test.js
git commit -q -a -m 'Expect the provider that takes so many words'
git checkout -q main
"$TOLLGATE" --ci none run unit --ref fix/providers --merged-into main --output terminal --output "json=$LOG/mended.json"
git merge -q --no-ff -m 'Merge fix/providers' fix/providers
