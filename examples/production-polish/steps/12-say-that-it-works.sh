# Phase: mobile
# Leaves: sign-offs
# A signature without a link to what was seen.
GIT_AUTHOR_NAME=mio GIT_AUTHOR_EMAIL=mio@example.org GIT_COMMITTER_NAME=mio GIT_COMMITTER_EMAIL=mio@example.org \
  "$TOLLGATE" phase sign mobile --why 'Works on my phone' --key "$KEYS/mio"
