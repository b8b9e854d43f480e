# Deploy, and sign with a link to the first entry of the chain
#
# Refused: mainnet polish
# Completes: mainnet polish
as ola phase sign mainnet --why 'Deployed, and the audit holds' --evidence https://guild.example.org/evidence/mainnet-1
