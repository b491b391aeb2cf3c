"""Random numbers as values: each follows from its keys alone, in Python and in compiled code alike."""


def uniform(seed: int, key: int, purpose: int) -> float:
    """A number between 0 and 1 that depends on its keys alone: the order of evaluation never matters.

    Source: the 32-bit mixing function of the murmur3 hash, once a key.
    """
    word = 0
    for part in (seed, key, purpose):
        word = (word ^ int(part)) & 0xFFFFFFFF
        word = ((word ^ (word >> 16)) * 0x7FEB352D) & 0xFFFFFFFF
        word = ((word ^ (word >> 15)) * 0x846CA68B) & 0xFFFFFFFF
        word = (word ^ (word >> 16)) + 0x9E3779B9
    return ((word & 0xFFFFFFFF) + 0.5) / 4294967296.0
