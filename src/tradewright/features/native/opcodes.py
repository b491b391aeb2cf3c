"""The operations a compiled program is made of, by number, and the shape of one instruction."""

import numpy as np

# Sources
LOAD, INSTANT, PICK = 0, 1, 2
# One value at a time
AFFINE, ADD, SUBTRACT, MULTIPLY, DIVIDE, OVER, LOG, ROOT, SIZE = 10, 11, 12, 13, 14, 15, 16, 17, 18
CLIP, BAND, SCORE, UNLIKE, PLACE, DEVIATE, LARGER, RATIO = 19, 20, 21, 22, 23, 24, 25, 26
# Trailing windows
LAG, MEAN, EXTREME, MOMENTS, COMOMENTS, WEIGHTED = 30, 31, 32, 33, 34, 35
# Everything so far
EXPONENTIAL, EXPANDING, PEAK = 40, 41, 42
# Across the symbols of one instant
RANK, STANDING, WINSOR, AVERAGE = 50, 51, 52, 53
# A function of the user's own, which no compiled program holds
CALL = 90

# What INSTANT gives of a row's instant, UTC.
WEEKDAY, MONTH_DAY, MONTH, QUARTER, YEAR_DAY, HOUR = 0, 1, 2, 3, 4, 5

# `x`, `y`, `z` and `out` are places of columns: zero or more in the scratch memory, below zero in the result.
instruction_dtype = np.dtype(
    [
        ("code", np.int64), ("x", np.int64), ("y", np.int64), ("z", np.int64), ("out", np.int64, (5,)),
        ("memory", np.int64), ("size", np.int64), ("a", np.float64), ("b", np.float64), ("c", np.float64),
    ],
    align=True,
)  # fmt: skip
