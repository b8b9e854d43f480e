"""``python3 -m roombook`` starts the service."""

from roombook.server import main

main()
