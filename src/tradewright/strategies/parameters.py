"""What a strategy declares its parameters with; the same words serve features (values/parameters.py)."""

from tradewright.values.parameters import (
    UnknownParameter,
    allocation,
    bounds_of,
    parameter,
    refuse_axes,
    switch,
    word,
)

__all__ = ["UnknownParameter", "allocation", "bounds_of", "parameter", "refuse_axes", "switch", "word"]
