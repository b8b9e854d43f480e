# Sign, as the second reviewer
#
# Refused: integration
as sam phase sign integration --why 'Tried it on staging'
