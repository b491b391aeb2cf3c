"""Compiled loops behind the features. Callers use the typed functions one folder up."""
