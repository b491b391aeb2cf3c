"""How often the luck gate promotes what is worthless, and how often it finds what is not: `make honesty`."""
