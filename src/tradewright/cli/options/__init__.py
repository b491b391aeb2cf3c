"""Verbs about options: what they are worth and how that moves."""
