# Sign for the app, without a link to what was seen
#
# Refused: mobile
as mio phase sign mobile --why 'Works on my phone'
