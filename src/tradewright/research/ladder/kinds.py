"""The kinds of evidence that gates may ask for, each with its fields; no other can be recorded."""

from dataclasses import dataclass
from enum import Enum

from tradewright.values.errors import unknown_name


class FieldType(Enum):
    """What a field holds."""

    NUMBER = "number"
    COUNT = "count"
    FLAG = "flag"
    TEXT = "text"

    @property
    def words(self) -> str:
        """As a person says it."""
        return {"number": "a number", "count": "a whole number", "flag": "true or false", "text": "text"}[
            self.value
        ]


NUMBER, COUNT, FLAG, TEXT = FieldType.NUMBER, FieldType.COUNT, FieldType.FLAG, FieldType.TEXT


@dataclass(frozen=True)
class Kind:
    """One kind of evidence: what it tells, its fields, and what makes it, in words for the way out."""

    about: str
    fields: dict[str, FieldType]
    made_by: str = "tradewright research record NAME RUN"


PAPER = "a paper session; this version has no paper driver yet, so nothing can make it"
LIVE = "a live session; this version has no live driver yet, so nothing can make it"
KINDS = {
    "data_passport": Kind(
        "what the quality report and the provider say of the data",
        {"is_clean": FLAG, "is_free_of_survivorship": FLAG, "has_volume": FLAG},
    ),
    "causality": Kind(
        "what an audit for use of the future found",
        {"is_causal": FLAG, "is_exhaustive": FLAG, "code": TEXT, "level": TEXT, "channels": COUNT},
    ),
    "replay": Kind("whether a second process computed the same bytes", {"is_equal": FLAG}),
    "sharpe": Kind(
        "the Sharpe ratio a year over cash, with its interval",
        {"value": NUMBER, "low": NUMBER, "high": NUMBER, "bars": COUNT, "minimum_track_bars": NUMBER},
    ),
    "benchmark": Kind(
        "the return a year above the benchmark at matched exposure", {"excess": NUMBER, "excess_low": NUMBER}
    ),
    "luck": Kind(
        "the p-value with every try priced in, and the deflated Sharpe ratio",
        {"p": NUMBER, "trials": COUNT, "deflated_sharpe": NUMBER},
    ),
    "trades": Kind("finished round trips and fills that closed", {"round_trips": COUNT, "exits": COUNT}),
    "drawdown": Kind("the largest fall of equity, a share of it", {"largest": NUMBER}),
    "fragility": Kind(
        "Sharpe ratios a year under worse terms",
        {"doubled_costs_sharpe": NUMBER, "one_bar_later_sharpe": NUMBER},
    ),
    "stability": Kind(
        "how the result hangs on its parameters",
        {"positive_share": NUMBER, "cliffs": COUNT, "points": COUNT, "worst_kept_share": NUMBER},
    ),
    "overfitting": Kind(
        "probability of backtest overfitting by CSCV", {"pbo": NUMBER, "pbo_low": NUMBER, "pbo_high": NUMBER}
    ),
    "out_of_sample": Kind(
        "the walk-forward's Sharpe ratio, its interval's low end, and the ratio inside the folds",
        {"sharpe": NUMBER, "low": NUMBER, "in_sample_sharpe": NUMBER, "ratio": NUMBER, "folds": COUNT},
    ),
    "regimes": Kind(
        "how many market regimes lost money beyond chance, of those that could be measured",
        {"measured": COUNT, "losing": COUNT, "worst": NUMBER},
    ),
    "capacity": Kind(
        "how the money fits the market's volume: largest share of a bar's volume, and impact in the result",
        {"largest_participation": NUMBER, "impact_is_charged": FLAG},
    ),
    "null_battery": Kind(
        "the positions held against the same returns, circularly shifted", {"p": NUMBER, "shifts": COUNT}
    ),
    "holdout": Kind(
        "the one look at data that nobody had seen",
        {"p": NUMBER, "alpha": NUMBER, "margin": NUMBER, "sharpe": NUMBER, "bars": COUNT, "attempt": COUNT},
        "tradewright research promote NAME --to sealed-holdout, which opens it",
    ),
    "paper": Kind(
        "how long it ran on paper: operation, never profit", {"sessions": COUNT, "fills": COUNT}, PAPER
    ),
    "execution_quality": Kind(
        "slippage met beside slippage foreseen, and the share of orders filled",
        {"slippage_ratio": NUMBER, "fill_rate": NUMBER},
        PAPER,
    ),
    "reconciliation": Kind(
        "share of positions, cash and orders that agreed with the broker's", {"rate": NUMBER}, PAPER
    ),
    "drift": Kind(
        "how far matched orders' results lie from the simulation's, a share", {"share": NUMBER}, PAPER
    ),
    "shadow": Kind(
        "sessions beside the market with every order checked and none sent", {"sessions": COUNT}, LIVE
    ),
    "live": Kind(
        "sessions and fills with real money at the stage before",
        {"sessions": COUNT, "fills": COUNT, "edge_lost": FLAG},
        LIVE,
    ),
}


def kind_named(name: str) -> Kind:
    """The kind of that name.

    Raises: UnknownName with the nearest one.
    """
    if name not in KINDS:
        raise unknown_name(name, "kind of evidence", KINDS)
    return KINDS[name]
