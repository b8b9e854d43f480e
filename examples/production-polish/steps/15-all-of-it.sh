# Phase: polish
# Lifts: parent
# Its two parts are complete.
:
