"""Large memory as the system gives it cheaply: in quick work on long histories, taking it is half of it."""

from math import prod

import numpy as np

from tradewright.values.panel import Floats

# The size of a large page on the machines this runs on; where it is another, only time is lost.
_LARGE_PAGE = 1 << 21
# numpy asks the system for large pages from this size on.
_WORTH_IT = 1 << 22


def fresh(*shape: int) -> Floats:
    """Memory that its caller writes whole, before anybody reads it.

    It starts on a large page: an array that starts between two has thousands of small ones at its ends, and
    the system hands out each of them by itself.
    """
    size = prod(shape)
    if 8 * size < _WORTH_IT:
        return np.empty(shape)
    block = np.empty(size + _LARGE_PAGE // 8)
    start = -block.ctypes.data % _LARGE_PAGE // 8
    return block[start : start + size].reshape(shape)
