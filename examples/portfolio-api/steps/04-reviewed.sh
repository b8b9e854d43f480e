# Let Lena, who leads, sign for the start
#
# Refused: beta
as lena phase sign beta --entry --why 'the scaffolding is as we agreed'
