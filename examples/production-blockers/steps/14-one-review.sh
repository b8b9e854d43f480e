# Phase: integration
# Leaves: sign-offs
# Two people sign. One of them wrote the change: that is one sign-off, not two.
sign() {
  GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@example.org GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=$1@example.org \
    "$TOLLGATE" phase sign integration --why "$2" --key "$KEYS/$1"
}
sign dev 'I wrote it'
sign rea 'Read all of it'
