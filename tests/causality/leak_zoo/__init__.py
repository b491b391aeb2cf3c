"""The leak zoo: ways of seeing the future as researchers write them, and what only looks like one.

`python -m leak_zoo` audits all of it and thousands of mutants of clean code, and prints the table.
"""
