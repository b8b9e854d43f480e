# Sign for it with a link
#
# Refused: mobile
# Completes: mobile
as mio phase sign mobile --why 'Used on three phones' --evidence https://guild.example.org/evidence/mobile-3
