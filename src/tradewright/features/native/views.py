"""Arrays without an owner: slices of them count no references, which cost a short row more than its sums."""

from typing import Any

from llvmlite import ir
from numba.extending import intrinsic

from tradewright.kernel.native.cache import is_interpreted
from tradewright.values.panel import Floats


def _unowned(typing: Any, array: Any) -> Any:
    """The same array, its owner left out; whoever calls the compiled code keeps the memory."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        seen = context.make_array(signature.args[0])(context, builder, arguments[0])
        seen.meminfo = ir.Constant(seen.meminfo.type, None)
        return seen._getvalue()

    return array(array), generate


def _itself(array: Floats) -> Floats:
    """Interpreted code counts no references of its own."""
    return array


unowned: Any = _itself if is_interpreted else intrinsic(_unowned)
