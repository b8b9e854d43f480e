# Sign twice, where one is by the author
#
# Refused: integration
#
# That is one sign-off, not two.
as dan phase sign integration --why 'I wrote it'
as rea phase sign integration --why 'Read all of it'
