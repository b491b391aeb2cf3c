"""Compiled loops behind the closed form. Callers use the typed functions one folder up."""
