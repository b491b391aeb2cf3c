"""One dataset in memory, between whoever read or made it and the catalogue that keeps it."""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tradewright.values.errors import InvalidOption
from tradewright.values.findings import Finding
from tradewright.values.provenance import Provenance

# Instants are int64 nanoseconds UTC. A null price becomes NaN; nothing is ever filled in.
BARS = pl.Schema(
    {
        "symbol": pl.String, "opens_at": pl.Int64, "known_at": pl.Int64, "open": pl.Float64,
        "high": pl.Float64, "low": pl.Float64, "close": pl.Float64, "volume": pl.Float64,
    }
)  # fmt: skip

# kind is one of ACTION_NAMES, value as in values/panel.py; it acts before the open of the first session on or
# after `ex_date`, and nobody may use it before `known_at`.
ACTIONS = pl.Schema(
    {
        "symbol": pl.String, "kind": pl.String, "value": pl.Float64, "ex_date": pl.Date,
        "known_at": pl.Int64,
    }
)  # fmt: skip

# What only some actions have; only those with any of it have a row. `other` is the instrument whose shares
# are given; `cash`, in dollars: for a share of a merger, or the worth of one `other`. `number` says whose
# terms they are: a name may pay twice on a day, and a currency has a rate for each other one (`numbered`).
TERMS = pl.Schema(
    {
        "symbol": pl.String, "kind": pl.String, "ex_date": pl.Date, "pay_date": pl.Date,
        "other": pl.String, "cash": pl.Float64, "number": pl.Int64,
    }
)  # fmt: skip
KEYS = ("symbol", "kind", "ex_date")

# An instrument (`symbol`) and the ticker it traded under (`listed_as`); null `last_date`: it still does.
LISTINGS = pl.Schema(
    {"symbol": pl.String, "listed_as": pl.String, "first_date": pl.Date, "last_date": pl.Date}
)

# The exchange's trading days over the dataset's span, half days with their early close.
SESSIONS = pl.Schema({"session": pl.Date, "opens_at": pl.Int64, "closes_at": pl.Int64})


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A table without rows, such as `empty(ACTIONS)` for a dataset without corporate actions."""
    return pl.DataFrame(schema=schema)


def numbered(actions: pl.DataFrame) -> pl.DataFrame:
    """The actions, sorted, with `number`: which one it is of its symbol, kind and day, from 0, lowest first.

    The order in which they came does not matter, so the numbers are the same before and after storage.
    """
    ranked = actions.sort(ACTIONS.names(), maintain_order=True)
    return ranked.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).over(KEYS).alias("number"))


LONGEST_NAME = 100


def check_name(name: str) -> None:
    """Refuse a dataset's name that could be taken for a path or an option, or that no screen shows.

    Raises: InvalidOption with the rule.
    """
    if not name.strip():
        raise InvalidOption("the dataset has no name.", "Give one with --name.")
    is_odd = name != name.strip() or not name.isprintable() or "/" in name or "\\" in name
    if is_odd or name[0] in "-." or len(name) > LONGEST_NAME:
        raise InvalidOption(
            f"{name[:LONGEST_NAME]!r} is no name for a dataset.",
            f"Give --name up to {LONGEST_NAME} printable characters, no / or \\ among them, none of - . "
            "or a blank at its start.",
        )


@dataclass(frozen=True, eq=False)
class DatasetContent:
    """Everything one ingest carries, exactly as it will be kept.

    Shape: `bars`, `actions`, `listings`, `sessions` follow the schemas above.
    Units: dollars as traded, volume in shares, instants in ns UTC, dates in the exchange's `time_zone`.
    Known at: a bar at `known_at`, the end of what it covers; an action at its own `known_at`.
    `sessions` empty means that no calendar vouches for this dataset: session checks are then skipped.
    `truth` is what a synthetic market knows about itself; None for real data. `findings` are what the feed
    saw while reading; the catalogue keeps them with those of the quality report.
    """

    name: str
    provenance: Provenance
    calendar: str
    bars: pl.DataFrame
    actions: pl.DataFrame = field(default_factory=lambda: empty(ACTIONS))
    listings: pl.DataFrame = field(default_factory=lambda: empty(LISTINGS))
    truth: dict[str, Any] | None = None
    sessions: pl.DataFrame = field(default_factory=lambda: empty(SESSIONS))
    time_zone: str = "America/New_York"
    findings: tuple[Finding, ...] = ()
    terms: pl.DataFrame = field(default_factory=lambda: empty(TERMS))

    def __post_init__(self) -> None:
        """Refuse tables whose columns are not the agreed ones."""
        agreed = {
            "bars": BARS, "actions": ACTIONS, "listings": LISTINGS, "sessions": SESSIONS, "terms": TERMS
        }  # fmt: skip
        for table, schema in agreed.items():
            given = getattr(self, table).schema
            if given != schema:
                raise ValueError(f"{table} of '{self.name}' has {dict(given)}; agreed is {dict(schema)}")

    @property
    def symbols(self) -> tuple[str, ...]:
        """The instruments that have bars, sorted by name."""
        return tuple(self.bars["symbol"].unique().sort().to_list())
