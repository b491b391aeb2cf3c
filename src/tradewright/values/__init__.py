"""The nouns of the system: frozen, with units, and free of any clock, file or network."""
