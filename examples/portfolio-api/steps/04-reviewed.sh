# Lena, who leads, has read the scaffolding and signs for the start
#
# Refused: beta
as lena phase sign beta --entry --why 'the scaffolding is as we agreed'
