"""When each name trades: some list late, some are delisted, and what their holders then receive."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.data.synthetic.options import SESSIONS_PER_YEAR, SyntheticOptions
from tradewright.data.synthetic.streams import stream
from tradewright.values.panel import Floats, Ints

# A name is not delisted in its first year, so that every name has a year of bars.
SEASONING_SESSIONS = 252
EARLIEST_LATE_ROW, LATEST_LATE_ROW = 63, 63 + 5 * 252

# A delisting is a failure with this chance, paying 0 to 40 % of the last close; else a takeover paying all.
FAILURE_SHARE = 0.4
BEST_FAILED_RECOVERY = 0.4
MEAN_LOSS = FAILURE_SHARE * (1.0 - BEST_FAILED_RECOVERY / 2.0)
MEAN_SQUARED_LOSS = FAILURE_SHARE * (1.0 - (1.0 - BEST_FAILED_RECOVERY) ** 3) / (3.0 * BEST_FAILED_RECOVERY)


@dataclass(frozen=True, eq=False)
class Schedule:
    """First and last row of each name and what a delisted one pays. Shape: N each.

    Units: rows count sessions from the market's first; `recovery` is a share of the last close.
    """

    sessions: int
    first_row: Ints
    last_row: Ints
    recovery: Floats

    @property
    def delisted(self) -> NDArray[np.bool_]:
        """Which names stop trading before the market's last session."""
        return self.last_row < self.sessions - 1

    def listed(self, burn_in: int = 0) -> NDArray[np.bool_]:
        """(burn_in + T) x N: which names trade in each session; before the first, those of the first."""
        rows = np.maximum(np.arange(-burn_in, self.sessions), 0)[:, None]
        return (rows >= self.first_row) & (rows <= self.last_row)

    def at_risk(self, burn_in: int = 0) -> NDArray[np.bool_]:
        """(burn_in + T) x N: which names may find themselves delisted after each session."""
        rows = np.arange(-burn_in, self.sessions)[:, None]
        return self.listed(burn_in) & (rows - self.first_row >= SEASONING_SESSIONS)


def schedule(options: SyntheticOptions, sessions: int) -> Schedule:
    """Draw who lists when and who leaves; independent of all prices."""
    drawn = [_life(options, name, sessions) for name in range(options.names)]
    first, last, recovery = zip(*drawn, strict=True)
    return Schedule(sessions, np.array(first, np.int64), np.array(last, np.int64), np.array(recovery))


def chance_of_delisting(options: SyntheticOptions) -> float:
    """Chance that a name at risk has seen its last session."""
    return float(-np.expm1(-options.delisting_rate / SESSIONS_PER_YEAR))


def _life(options: SyntheticOptions, name: int, sessions: int) -> tuple[int, int, float]:
    """First row, last row and recovery of one name."""
    generator = stream(options.seed, "listing", name)
    is_late, when, fails, recovered = generator.random(4)
    years = generator.standard_exponential()
    first = EARLIEST_LATE_ROW + int(when * (LATEST_LATE_ROW - EARLIEST_LATE_ROW))
    # In a short market a late name would hardly trade: it is there from the start instead.
    if is_late >= options.late_share or first > sessions - SEASONING_SESSIONS:
        first = 0
    recovery = recovered * BEST_FAILED_RECOVERY if fails < FAILURE_SHARE else 1.0
    if options.delisting_rate == 0.0:
        return first, sessions - 1, 1.0
    lived = int(min(years / options.delisting_rate * SESSIONS_PER_YEAR, 1e9))
    last = min(first + SEASONING_SESSIONS + lived, sessions - 1)
    return first, last, round(recovery, 4)
