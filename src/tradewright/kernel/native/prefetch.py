"""Asks the processor for memory before it is needed: trades touch opens and volumes far apart."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from tradewright.kernel.native.cache import is_interpreted
from tradewright.kernel.native.records import Intents, Market, compiled


def _touch(typing: Any, array: Any, row: Any) -> Any:
    """Ask for the memory at the start of a row of a matrix; reads nothing and cannot fail."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matrix = context.make_array(signature.args[0])(context, builder, arguments[0])
        offset = builder.mul(arguments[1], builder.extract_value(matrix.strides, 0))
        start = builder.ptrtoint(matrix.data, offset.type)
        pointer = builder.inttoptr(builder.add(start, offset), cgutils.voidptr_t)
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], kind)
        # Zero: to read; three: keep it in every cache; one: data, not code.
        builder.call(prefetch, [pointer, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


def _nothing(array: Any, row: int) -> None:
    """Interpreted code has no use for it."""


touch: Any = _nothing if is_interpreted else intrinsic(_touch)


@compiled
def look_ahead(market: Market, intents: Intents, place: int) -> None:
    """Ask for the prices and volumes that decision `place` will meet."""
    if place < len(intents[0]):
        row = min(intents[0][place] + 1, len(market[0]) - 1)
        touch(market[1], row)
        touch(market[3], row)
