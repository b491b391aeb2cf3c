"""How compiled loops of this room come about: in memory, or kept where whoever knows a folder says."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numba

from tradewright.models.option_pricing.native.normal import CONTRACTED

Keep = Callable[[Callable[..., Any], Callable[..., Any]], Any]
_keepers: list[Keep] = []
make: Callable[..., Any] = partial(numba.njit, error_model="numpy", nogil=True, fastmath=CONTRACTED)


def keep_with(keep: Keep) -> None:
    """Compile through `keep(make, function)` from now on, which finds or leaves the result on a disk."""
    _keepers[:] = [keep]


@cache
def ready(entry: Callable[..., Any]) -> Any:
    """A loop of `native`, compiled on first use; kept for later processes where somebody keeps them."""
    return _keepers[0](make, getattr(entry, "py_func", entry)) if _keepers else entry
