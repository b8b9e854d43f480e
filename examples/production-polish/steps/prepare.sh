# The tests were run on another day, and what other systems measured has just come in.
touch -t 202601010000 reports/integration.xml
touch recorded/*
