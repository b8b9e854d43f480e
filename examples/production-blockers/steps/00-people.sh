# Keys for the three people, as they have them on their own machines; and seconds in place of the days of the soak.
for who in dev rea sam; do
  ssh-keygen -q -t ed25519 -N '' -C "$who" -f "$KEYS/$who"
  key=$(cut -d' ' -f1,2 "$KEYS/$who.pub")
  sed "s|^  $who: .*|  $who: { email: $who@example.org, roles: [reviewers], keys: [$key] }|" .tollgate/people.yaml > "$KEYS/people"
  cp "$KEYS/people" .tollgate/people.yaml
done
sed 's|soak: { for: 72h, every: 24h }|soak: 2s|' tollgate.yaml > "$KEYS/file"
cp "$KEYS/file" tollgate.yaml
# Somebody made a backup and a drill long before anything was ready.
node ops/backup.js
node ops/alert-drill.js
touch -d '2026-01-01 00:00' evidence/*
