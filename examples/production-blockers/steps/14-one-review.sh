# Sign twice, where one is by the author: that is one sign-off
#
# Refused: integration
as dan phase sign integration --why 'I wrote it'
as rea phase sign integration --why 'Read all of it'
