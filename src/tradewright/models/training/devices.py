"""What a device says when it can no more: its memory ended, or it is lost. Told by status, not by words."""

from tradewright.values.errors import LostDevice

# The status is the first word of what XLA raises. A processor is never lost: on it the second kind is an
# error like any other.
NO_MEMORY = "RESOURCE_EXHAUSTED"
NO_DEVICE = ("INTERNAL", "UNAVAILABLE", "ABORTED", "DATA_LOSS", "UNKNOWN")


def refuse_other_than_memory(error: Exception, platform: str) -> None:
    """Do nothing where memory ended; raise a lost device by its name, and all else as it is.

    `platform` is where the work was done, as JAX names it.
    Raises: LostDevice, or the error itself.
    """
    status = str(error).partition(":")[0]
    if isinstance(error, MemoryError) or status == NO_MEMORY:
        return
    if status in NO_DEVICE and platform != "cpu":
        raise LostDevice(
            f"The {platform} does not answer any more: {' '.join(str(error).split())[:200]}.",
            "The same command goes on from the last epoch; JAX_PLATFORMS=cpu before it keeps to the CPU.",
        ) from error
    raise error
