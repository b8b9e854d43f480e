# Phase: integration
# Lifts: sign-offs
sign() {
  GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@example.org GIT_COMMITTER_NAME=$1 GIT_COMMITTER_EMAIL=$1@example.org \
    "$TOLLGATE" phase sign integration --why "$2" --key "$KEYS/$1"
}
sign sam 'Tried it on staging'
