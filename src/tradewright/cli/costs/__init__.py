"""Verbs about what trading costs."""
