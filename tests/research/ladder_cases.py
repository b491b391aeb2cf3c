"""A candidate with sound evidence of every kind, for tests that spoil one thing at a time."""

from dataclasses import replace

from tradewright.research.ladder.answers import Facts
from tradewright.research.ladder.evidence import Record, Subject, record_of
from tradewright.research.ladder.gates import default_gates
from tradewright.research.ladder.stages import RUNGS, Stage
from tradewright.research.ladder.standing import Approval, Standing

NOW = 1_700_000_000_000_000_000
HOUR = 3_600_000_000_000
SUBJECT = Subject("code", "data", "config")
FACTS = Facts(NOW, SUBJECT, "code", trials=9)
GATES = default_gates()

# Values that pass every gate of every stage.
SOUND = {
    "data_passport": {"is_clean": True, "is_free_of_survivorship": True, "has_volume": True},
    "causality": {"is_causal": True, "is_exhaustive": True, "code": "CAUSAL", "level": "C2", "channels": 3},
    "replay": {"is_equal": True},
    "sharpe": {"value": 1.0, "low": 0.3, "high": 1.7, "bars": 2500, "minimum_track_bars": 900.0},
    "benchmark": {"excess": 0.05, "excess_low": 0.01},
    "luck": {"p": 0.004, "trials": 9, "deflated_sharpe": 0.97},
    "trades": {"round_trips": 354, "exits": 354},
    "drawdown": {"largest": 0.2},
    "fragility": {"doubled_costs_sharpe": 0.9, "one_bar_later_sharpe": 0.95},
    "stability": {"positive_share": 1.0, "cliffs": 0, "points": 9, "worst_kept_share": 0.8},
    "overfitting": {"pbo": 0.2, "pbo_low": 0.1, "pbo_high": 0.3},
    "out_of_sample": {"sharpe": 0.8, "low": 0.2, "in_sample_sharpe": 1.0, "ratio": 0.8, "folds": 5},
    "regimes": {"measured": 6, "losing": 0, "worst": 0.1},
    "capacity": {"largest_participation": 0.01, "impact_is_charged": True},
    "null_battery": {"p": 0.01, "shifts": 999},
    "holdout": {"p": 0.01, "alpha": 0.025, "margin": 0.015, "sharpe": 0.9, "bars": 700, "attempt": 1},
    "paper": {"sessions": 30, "fills": 60},
    "execution_quality": {"slippage_ratio": 1.1, "fill_rate": 0.97},
    "reconciliation": {"rate": 1.0},
    "drift": {"share": 0.05},
    "shadow": {"sessions": 10},
    "live": {"sessions": 120, "fills": 300, "edge_lost": False},
}


def record(kind: str, **changes) -> Record:
    """A sound record of a kind; values by field, the rest of the record by name with an underscore before."""
    own = {name[1:]: value for name, value in changes.items() if name.startswith("_")}
    values = {name: value for name, value in changes.items() if not name.startswith("_")}
    given = {
        "subject": SUBJECT,
        "source": "run:abc",
        "origin": "real",
        "made_at": NOW - HOUR,
        "is_proven": True,
        **own,
    }
    return record_of(Record(kind=kind, values={**SOUND[kind], **values}, **given))


def records(origin: str = "real", **changes) -> tuple[Record, ...]:
    """Sound evidence of every kind, some kinds with other values; None leaves a kind out."""
    return tuple(
        record(kind, _origin=origin, **changes.get(kind, {}))
        for kind in SOUND
        if changes.get(kind, {}) is not None
    )


def approval(to: Stage, by: str = "Ada", **own) -> Approval:
    return Approval(**{"by": by, "to": to, "subject": SUBJECT, "at": NOW - HOUR, **own})


def standing(stage: Stage, evidence=None, approvers=("Ada", "Grace")) -> Standing:
    """A candidate at a stage, everything sound, approved for the next one."""
    up = RUNGS[min(stage.height + 1, len(RUNGS) - 1)] if stage.is_rung else Stage.PAPER
    said = tuple(approval(up, by) for by in approvers)
    given = records() if evidence is None else tuple(evidence)
    return Standing(stage, SUBJECT, given, said)


def edited(whole: Record, **values) -> Record:
    """The record with values changed by hand, its hash left as it was."""
    return replace(whole, values={**whole.values, **values})
