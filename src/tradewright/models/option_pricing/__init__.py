"""Prices of options and how they move: in closed form, by finite differences, by a network."""
