"""What a try earned, bar by bar, as the ledger keeps it: named by its own hash, so that it can be read again.

A row of the ledger names the series and its instants by SHA-256, and the chain covers that row. The bytes
stand in a table beside the chain, each once: all tries of a grid share one list of instants.
"""

import hashlib
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tradewright.values.panel import Floats, Ints

# Result series are noise below their first bytes: harder pressing costs time and saves nothing.
PRESSING = 1
NUMBER_BYTES = 8


@dataclass(frozen=True, eq=False)
class Earned:
    """What one configuration earned. Shape: `returns` is T - 1, net of cost, as shares of equity.

    `exposure` is its average net exposure on the bars on which its study compared it; NaN if unknown.
    `first_row` is the first on which it could decide, where its strategy alone does not say so.
    """

    returns: "Floats"
    exposure: float
    first_row: int = 0


@dataclass(frozen=True)
class Named:
    """A series as a row of the ledger names it; `returns` and `instants` are hashes of their bytes.

    Units: `since` is the instant of the first decision that could be taken, ns UTC: before it the account
    was idle. None in rows of a version that did not say.
    """

    returns: str
    instants: str
    exposure: float
    currency: str
    since: int | None


def told(
    earned: Earned, instants: "Ints", currency: str, first_row: int
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What a trial's row says of its series, and the bytes behind the hashes in it.

    `first_row` is the first on which the configuration could decide.
    """
    contents = [earned.returns.astype("<f8").tobytes(), instants.astype("<i8").tobytes()]
    returns, times = map(name_of, contents)
    exposure = earned.exposure if math.isfinite(earned.exposure) else None
    body = {
        "returns": returns,
        "instants": times,
        "exposure": exposure,
        "currency": currency,
        "since": int(instants[first_row]),
    }
    return body, {returns: contents[0], times: contents[1]}


def named_in(body: Mapping[str, Any]) -> Named | None:
    """The series that a trial's row names; None for a row of a version that kept none."""
    found = body.get("series")
    if not found:
        return None
    exposure = math.nan if found["exposure"] is None else float(found["exposure"])
    return Named(found["returns"], found["instants"], exposure, found["currency"], found.get("since"))


def name_of(content: bytes) -> str:
    """SHA-256 of the bytes, before they are pressed."""
    return hashlib.sha256(content).hexdigest()


def pressed(content: bytes) -> bytes:
    """Numbers of 64 bits made smaller without loss: signs and exponents beside each other repeat."""
    return zlib.compress(b"".join(content[place::NUMBER_BYTES] for place in range(NUMBER_BYTES)), PRESSING)


def unpressed(content: bytes) -> bytes:
    """The bytes that were pressed. Raises: ValueError where they are damaged."""
    try:
        planes = zlib.decompress(content)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    count = len(planes) // NUMBER_BYTES
    whole = bytearray(len(planes))
    for place in range(NUMBER_BYTES):
        whole[place::NUMBER_BYTES] = planes[place * count : (place + 1) * count]
    return bytes(whole)
