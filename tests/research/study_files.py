"""A small study as text, and changes to it."""

STUDY = """
title = "A small study"
seed = 3

[hypothesis]
id = "small"
statement = "Something is true."

[data]
dataset = "made"

[data.synthetic]
seed = 5
names = 6
sectors = 2
first = "2015-01-01"
last = "2017-06-30"

[period]
start = 2015-01-05
end = 2017-06-30

[strategy]
name = "momentum"

[strategy.parameters]
lookback = 60
skip = 5
top = 0.5

[strategy.grid]
lookback = [40, 60, 80]
top = [0.34, 0.5]

[account]
capital_usd = 100000.0

[intervals]
draws = 200
"""


def changed(*replacements: tuple[str, str]) -> str:
    """The study with some of its text replaced; what is replaced must be there."""
    text = STUDY
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text
