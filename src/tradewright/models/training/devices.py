"""What a device can no more: its memory ended, or it is lost. Told by an error's type and by asking it.

Words say little: a driver's fault comes as INTERNAL from one call and as UNKNOWN, or in another library's
words, from the next. A device whose context broke answers nothing, so it is asked to add eight numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np

from tradewright.values.errors import LostDevice, TradewrightError

# The status that stands first in what XLA raises where memory ended.
NO_MEMORY = "RESOURCE_EXHAUSTED"


def is_memory(error: BaseException) -> bool:
    """Whether an error says that memory ended: by its type, and of XLA's by its status."""
    import jax

    is_status = str(error).partition(":")[0] == NO_MEMORY
    return isinstance(error, MemoryError) or (isinstance(error, jax.errors.JaxRuntimeError) and is_status)


def platform() -> str:
    """Where JAX works unless it is told otherwise, as it names it: cpu, gpu or tpu."""
    import jax

    return str(jax.default_backend())


def answers() -> bool:
    """Whether the device on which JAX works still adds eight numbers."""
    import jax.numpy as jnp

    try:
        found = np.asarray(jnp.arange(8) + 1)
    except Exception as error:  # noqa: BLE001 - whatever it says, it did not add
        # Memory so full that not even this fits is no loss: smaller parts may fit, and the rules try them.
        return is_memory(error)
    return bool(np.array_equal(found, np.arange(1, 9)))


def refuse_lost(error: Exception) -> None:
    """Do nothing where the device still answers, or is the processor; name it lost where it does not.

    Raises: LostDevice.
    """
    try:
        where = platform()
    except RuntimeError:
        # No back end starts: nothing was there that could be lost.
        return
    if where == "cpu" or answers():
        return
    said = " ".join(str(error).split())[:200]
    raise LostDevice(
        f"The {where} does not answer any more ({type(error).__name__}: {said}).",
        "What was kept before stands; JAX_PLATFORMS=cpu before the same command keeps to the CPU.",
    ) from error


@contextmanager
def loss_is_named() -> Iterator[None]:
    """While this lasts, a failure of a device that does not answer any more is raised by its name.

    Raises: LostDevice; all else as it is.
    """
    # What asks is compiled while all is well: later there may be no room for it. Where no back end starts,
    # whoever needs one hears it from JAX.
    with suppress(RuntimeError):
        if platform() != "cpu":
            answers()
    try:
        yield
    except TradewrightError:
        raise
    except Exception as error:
        refuse_lost(error)
        raise
