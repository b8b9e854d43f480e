# Phase: mobile
# Lifts: sign-offs
# With one.
GIT_AUTHOR_NAME=mio GIT_AUTHOR_EMAIL=mio@example.org GIT_COMMITTER_NAME=mio GIT_COMMITTER_EMAIL=mio@example.org \
  "$TOLLGATE" phase sign mobile --why 'Installed and used on three phones' --evidence https://guild.example.org/evidence/mobile-3 --key "$KEYS/mio"
