"""Everything a made market can be asked for, in one frozen value, and the defaults of the planted example."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from tradewright.values.errors import InvalidOption, unknown_name

SESSIONS_PER_YEAR = 252

# What each planted edge is, in one sentence; their formulas stand in edges.py.
EDGES = {
    "none": "no name is expected to do better than another",
    "momentum": "winners of the last twelve months, the latest one left out, are expected to go on winning",
    "mean_reversion": "losers of the last five sessions are expected to recover against the others",
    "lead_lag": "what a sector's leaders did in a session, its other names are expected to do in the next",
}

# Inclusive ranges of the numbers, as (low, high, unit).
BOUNDS: dict[str, tuple[float, float, str]] = {
    "seed": (0, 2**63 - 1, "a whole number"),
    "names": (1, 2000, "instruments"),
    "edge_sharpe": (0.0, 10.0, "a year"),
    "sectors": (1, 50, "sectors"),
    "market_vol": (0.0, 1.0, "a year, as a fraction"),
    "sector_vol": (0.0, 1.0, "a year, as a fraction"),
    "idiosyncratic_vol": (0.01, 1.5, "a year, as a fraction"),
    "calm_drift": (-1.0, 1.0, "a year, as a fraction"),
    "turbulent_drift": (-1.0, 1.0, "a year, as a fraction"),
    "turbulence": (1.0, 5.0, "times the calm volatility"),
    "calm_sessions": (5.0, 1e6, "sessions"),
    "turbulent_sessions": (5.0, 1e6, "sessions"),
    "tail_degrees": (4.5, 200.0, "degrees of freedom"),
    "garch_shock": (0.0, 0.3, "share of the variance"),
    "garch_memory": (0.0, 0.99, "share of the variance"),
    "dividend_yield": (0.0, 0.2, "a year, as a fraction of the price"),
    "split_above_usd": (20.0, 1e6, "dollars"),
    "reverse_split_below_usd": (0.0, 10.0, "dollars"),
    "delisting_rate": (0.0, 0.5, "a year and name"),
    "late_share": (0.0, 1.0, "a fraction of the names"),
    "missing_share": (0.0, 0.2, "a fraction of the bars"),
}


@dataclass(frozen=True)
class SyntheticOptions:
    """A made market: its size, its weather, its events and its edge.

    Units: volatilities, drifts, yields and rates a year; `edge_sharpe` annualised, gross of costs, of the
    reference portfolio of the edge (see edges.py); `turbulence` multiplies every volatility in the turbulent
    regime; `calm_sessions` and `turbulent_sessions` are mean durations. `first` and `last` are ISO dates.
    Raises: InvalidOption outside the bounds, UnknownName for an edge that is not there.
    """

    name: str = "synthetic"
    seed: int = 0
    names: int = 60
    first: str = "2010-01-04"
    last: str = "2021-12-31"
    calendar: str = "XNYS"
    edge: str = "none"
    edge_sharpe: float = 0.0
    sectors: int = 6
    market_vol: float = 0.14
    sector_vol: float = 0.08
    idiosyncratic_vol: float = 0.25
    calm_drift: float = 0.11
    turbulent_drift: float = -0.04
    turbulence: float = 1.8
    calm_sessions: float = 420.0
    turbulent_sessions: float = 90.0
    tail_degrees: float = 6.0
    garch_shock: float = 0.06
    garch_memory: float = 0.92
    dividend_yield: float = 0.02
    split_above_usd: float = 180.0
    reverse_split_below_usd: float = 5.0
    delisting_rate: float = 0.015
    late_share: float = 0.1
    missing_share: float = 0.0005

    def __post_init__(self) -> None:
        """Refuse what could not be a market, saying what could."""
        if self.edge not in EDGES:
            raise unknown_name(self.edge, "planted edge", EDGES)
        for name in BOUNDS:
            _check_bounds(name, getattr(self, name))
        _check_dates(self.first, self.last)
        self._check_edge()
        if not self.name or not self.calendar:
            raise InvalidOption(
                "name and calendar must not be empty.", "Give name = 'synthetic', calendar = 'XNYS'."
            )
        memory = self.garch_shock + self.garch_memory
        if memory >= 0.999:
            raise InvalidOption(
                f"garch_shock + garch_memory = {memory:g}: volatility never comes back.",
                "Their sum must stay below 0.999.",
            )

    def _check_edge(self) -> None:
        """An edge needs a strength and names to differ in; no edge has none."""
        if self.edge == "none" and self.edge_sharpe != 0.0:
            raise InvalidOption(
                f"edge_sharpe = {self.edge_sharpe:g} without an edge.", "Name one, such as edge = 'momentum'."
            )
        if self.edge != "none" and self.edge_sharpe == 0.0:
            raise InvalidOption(
                f"edge = '{self.edge}' without a strength.",
                "Give the Sharpe ratio it shall have: edge_sharpe = 1.0.",
            )
        needed = {"none": 1, "lead_lag": 3 * self.sectors}.get(self.edge, 4)
        if self.names < needed:
            raise InvalidOption(
                f"names = {self.names} with edge '{self.edge}'.", f"It compares names: give {needed} or more."
            )
        if self.edge == "lead_lag" and self.sectors < 2:
            raise InvalidOption("sectors = 1 with edge 'lead_lag'.", "It compares sectors: give 2 or more.")


def options_of(given: Mapping[str, object]) -> SyntheticOptions:
    """Options from a file's or a command line's words, text or numbers alike; the rest have their defaults.

    Raises: UnknownName for an option that is not there; InvalidOption for text that is no number.
    """
    kinds = {field.name: type(field.default) for field in fields(SyntheticOptions)}
    for name in given:
        if name not in kinds:
            raise unknown_name(name, "option of the synthetic market", kinds)
    typed: dict[str, Any] = {name: _typed(name, value, kinds[name]) for name, value in given.items()}
    return SyntheticOptions(**typed)


def _typed(name: str, value: object, kind: type) -> object:
    """The value as the option's type; a whole number given as 7.0 is refused rather than rounded."""
    if kind is str:
        return str(value)
    try:
        return kind(str(value))
    except ValueError:
        noun = "a whole number" if kind is int else "a number"
        raise InvalidOption(f"{name} = {value!r}.", f"Give {noun}.") from None


def _check_bounds(name: str, value: float) -> None:
    low, high, unit = BOUNDS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InvalidOption(f"{name} = {value}.", f"Give {low:g} to {high:g} ({unit}).")


def _check_dates(first: str, last: str) -> None:
    try:
        span = (date.fromisoformat(last) - date.fromisoformat(first)).days
    except ValueError:
        raise InvalidOption(
            f"first = '{first}', last = '{last}'.", "Give dates as YYYY-MM-DD, such as 2010-01-04."
        ) from None
    if span < 30:
        raise InvalidOption(f"first = {first} and last = {last}.", "A market needs 30 days or more.")


# What `examples/planted.toml` runs on: a momentum edge worth a Sharpe ratio of one before costs. The seed was
# chosen among 24 because its path happens to show about the truth: an illustration, and no proof of anything.
PLANTED = SyntheticOptions(
    name="planted", seed=3, names=60, first="2010-01-04", last="2021-12-31", edge="momentum", edge_sharpe=1.0
)
