# Phase: mainnet
# Lifts: sign-offs
# The first entry of the chain is what a machine cannot see from here.
GIT_AUTHOR_NAME=ola GIT_AUTHOR_EMAIL=ola@example.org GIT_COMMITTER_NAME=ola GIT_COMMITTER_EMAIL=ola@example.org \
  "$TOLLGATE" phase sign mainnet --why 'Deployed, and the audit holds' --evidence https://guild.example.org/evidence/mainnet-1 --key "$KEYS/ola"
