"""Models and splits: what a fit may not have learned from, and rows that stand on both sides of a split.

A leak at this stage leaves no trace in the order of rows: a scaler fitted before the split is fitted once and
for all. It shows in what was learned.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.causality.certificate import Certificate, ChannelVerdict, Coverage
from tradewright.causality.fingerprints import code_hash_of, data_hash_of
from tradewright.causality.frames import Table, table_of
from tradewright.causality.interventions import Change, Part, World, changed
from tradewright.causality.known import Known
from tradewright.causality.parameters import learned
from tradewright.causality.plan import changeable
from tradewright.causality.state import Kept, kept_state
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
    Verdict,
)
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats, Ints

TOLERANCE = 1e-9
CHANGES = ("shock", "permute", "sign_flip", "missing", "scramble", "reflect", "words")
MOST_COLUMNS = 12
NOTHING = "it learned nothing"
TRAIN, VALIDATION, TEST = 1, 3, 5


@dataclass(frozen=True, eq=False)
class Split:
    """Row numbers of a table by what they are for; validation may be empty."""

    train: Ints
    test: Ints
    validation: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __post_init__(self) -> None:
        """Refuse sides that are empty or share a row."""
        if not len(self.train) or not len(self.test):
            raise InvalidOption("A split without train or test rows.", "Give both.")
        sides = [np.unique(side) for side in (self.train, self.test, self.validation)]
        if len(np.unique(np.concatenate(sides))) < sum(map(len, sides)):
            raise InvalidOption("A row stands on two sides of the split.", "Give each row one side.")


Fit = Callable[[Any, Split], Any]


def audit_fit(
    fit: Fit, table: Any, split: Split, may_use_validation: tuple[str, ...] = (), seed: int = 0
) -> Certificate:
    """Change the rows a fit must not learn from, and demand that nothing it learned moves.

    `fit(table, split)` gives whatever it fitted: estimators, scalers, thresholds, chosen features; see
    `parameters.learned`. Names in `may_use_validation` (a threshold, a best iteration) may follow validation
    rows; nothing may follow test rows.
    """
    world = _world(table_of(table), split)
    trial = _Trial(fit, split, world)
    try:
        base = trial.fitted(None)
        moved = _moved(base, trial.fitted(None))
    except Exception as error:  # noqa: BLE001 - a user's fit may raise anything at all
        return trial.closed({"fit": NotAssessed(_said(error))}, seed)
    if moved or not base:
        reason = f"fitted twice on the same rows, {moved[0]} differs; give it a seed" if moved else NOTHING
        return trial.closed({"fit": NotAssessed(reason)}, seed)
    found: dict[str, Verdict] = {}
    for side, change in _changes(world, split, seed):
        allowed = set(may_use_validation) if side == "validation rows" else set()
        now = trial.refitted(side, change)
        for name in [] if now is None else _moved(base, now):
            if name not in found and name not in allowed:
                found[name] = _dependence(name, base, now or {}, side, split)
    return trial.closed({name: found.get(name) or trial.clean() for name in base}, seed)


def _changes(world: World, split: Split, seed: int) -> Iterator[tuple[str, Change]]:
    """What is done to test rows, then to validation rows: all columns at once, then one at a time."""
    for cut, until, side in ((VALIDATION, TEST, "test rows"), (TRAIN, VALIDATION, "validation rows")):
        if side == "validation rows" and not len(split.validation):
            continue
        for kind in CHANGES:
            yield side, Change(kind, cut, seed, until=until)
        for place in changeable(world)[:MOST_COLUMNS]:
            for kind in ("scramble", "reflect"):
                yield side, Change(kind, cut, seed + place, columns=(place,), until=until)


@dataclass
class _Trial:
    """A fit on its way through the changes, with what was done and what it refused.

    Its own state is put back before each fit, so that a model kept from one fit cannot teach the next.
    """

    fit: Fit
    split: Split
    world: World
    done: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    kept: Kept = field(init=False)

    def __post_init__(self) -> None:
        self.kept = kept_state(self.fit)

    def fitted(self, change: Change | None) -> dict[str, Floats]:
        """What it learns from the table as it is, or after a change."""
        self.kept.restore()
        asked = self.world[0].untouched() if change is None else changed(self.world, change)[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return learned(self.fit(asked.given, self.split))

    def refitted(self, side: str, change: Change) -> dict[str, Floats] | None:
        """What it learns after a change; None where it refuses such rows."""
        try:
            now = self.fitted(change)
        except Exception as error:  # noqa: BLE001 - refusing odd rows is no dependence
            self.refused.append(f"{side}, {change.name}: {_said(error)}")
            return None
        self.done[f"{change.name} of {side}"] += 1
        return now

    def clean(self) -> Verdict:
        """For what nothing moved: how much was tried."""
        if not self.done:
            return NotAssessed("it accepted no table with other validation or test rows")
        words = f"{self.done.total()} changes of the rows it may not learn from"
        return NoDependenceObserved(AuditLevel.C1, words)

    def closed(self, verdicts: dict[str, Verdict], seed: int) -> Certificate:
        """The certificate over these verdicts."""
        rows, calls = len(self.world[0].table), self.done.total() + 2
        return Certificate(
            target=getattr(self.fit, "__qualname__", type(self.fit).__name__),
            channels=tuple(ChannelVerdict(name, verdict) for name, verdict in verdicts.items()),
            level=AuditLevel.C1,
            coverage=Coverage(calls, rows, rows * calls, 2, tuple(sorted(self.done.items()))),
            tolerance=TOLERANCE,
            seeds=(seed,),
            stage=Stage.MODEL,
            code_hash=code_hash_of(self.fit),
            data_hash=data_hash_of(self.world),
            not_assessed=tuple(self.refused),
        )


def _moved(base: dict[str, Floats], now: dict[str, Floats]) -> list[str]:
    return [name for name in base if apart(base[name], now.get(name))]


def apart(one: Floats | None, other: Floats | None) -> bool:
    """Whether two things learned differ by more than rounding, or one is not there."""
    if one is None or other is None or one.shape != other.shape:
        return True
    scale = np.nanmax(np.abs(one), initial=0.0)
    return not np.allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE * scale, equal_nan=True)


def _dependence(
    name: str, base: dict[str, Floats], now: dict[str, Floats], side: str, split: Split
) -> DependsOnFuture:
    rows = split.test if side == "test rows" else split.validation
    before, after = base[name], now.get(name, np.zeros(0))
    return DependsOnFuture(
        int(rows.min()),
        name,
        None,
        Stage.MODEL,
        source=side,
        intervention="rows it may not learn from changed",
        before=f"{before.ravel()[0]:.6g}" if before.size else "",
        after=f"{after.ravel()[0]:.6g}" if after.size else "gone",
    )


def _said(error: Exception) -> str:
    return f"it raised {type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _world(table: Table, split: Split) -> World:
    """A world in which training rows are known first, then validation, then test rows."""
    steps = np.zeros(len(table), dtype=np.int64)
    for rows, step in ((split.train, TRAIN), (split.validation, VALIDATION), (split.test, TEST)):
        steps[rows] = step
    known = Known((steps,) * len(table.names), steps, steps, steps, "the sides of the split")
    fixed = frozenset(table.places("time"))
    return (Part(table, known, np.arange(len(table), dtype=np.int64), fixed),)


@dataclass(frozen=True, eq=False)
class Lineage:
    """Where each row of a table comes from and how far it reaches.

    Shape: all T. `instants` is when the row is decided; `label_ends` when its label is known (the instant
    itself where it has none); `features_begin` the first instant its features look at. `content` is T x F, to
    find the same row under two numbers; `origin` the row it was copied from, for augmented rows.
    """

    instants: Ints
    label_ends: Ints
    features_begin: Ints
    content: NDArray[Any] | None = None
    origin: Ints | None = None


def audit_split(lineage: Lineage, split: Split) -> tuple[ChannelVerdict, ...]:
    """Rows that let a test row be known to training: by label, by window, by instant, or as a twin.

    Source: Lopez de Prado (2018), Advances in Financial Machine Learning, ch. 7 (purging and embargo).
    """
    held = np.concatenate([split.test, split.validation])
    checks = {
        "label spans": _shared_spans(lineage.instants, lineage.label_ends, lineage, split.train, held),
        "feature windows": _shared_spans(
            lineage.features_begin, lineage.instants, lineage, split.train, held
        ),
        "instants": _shared(lineage.instants, split.train, held),
        "duplicates": _duplicates(lineage, split.train, held),
        "copies": None if lineage.origin is None else _shared(lineage.origin, split.train, held),
    }
    return tuple(
        ChannelVerdict(name, _split_verdict(name, rows, lineage, split))
        for name, rows in checks.items()
        if rows is not None
    )


def _split_verdict(name: str, rows: Ints, lineage: Lineage, split: Split) -> Verdict:
    if not len(rows):
        return NoDependenceObserved(
            AuditLevel.C2, f"{len(split.train):,} training rows against the held-out rows"
        )
    shown = str(int(lineage.instants[rows[0]]))
    source = f"{len(rows):,} of {len(split.train):,} training rows"
    return DependsOnFuture(int(rows[0]), name, None, Stage.MODEL, instant=shown, source=source)


def _shared_spans(begins: Ints, ends: Ints, lineage: Lineage, train: Ints, held: Ints) -> Ints:
    """Training rows whose span [begin, end] meets the label span (instant, end] of a held-out row."""
    order = np.argsort(lineage.instants[held], kind="stable")
    starts = lineage.instants[held][order]
    reach = np.maximum.accumulate(lineage.label_ends[held][order])
    # Held-out rows that begin before the training row's span ends; does one of them reach into it?
    before = np.searchsorted(starts, ends[train], side="left") - 1
    met = (before >= 0) & (reach[np.maximum(before, 0)] > begins[train])
    return train[met]


def _shared(of: Ints, train: Ints, held: Ints) -> Ints:
    return train[np.isin(of[train], of[held])]


def _duplicates(lineage: Lineage, train: Ints, held: Ints) -> Ints | None:
    if lineage.content is None:
        return None
    rows = np.ascontiguousarray(np.nan_to_num(lineage.content.astype(np.float64)))
    keys = np.array([hash(row.tobytes()) for row in rows])
    return _shared(keys, train, held)


Predict = Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]


def audit_out_of_fold(
    predict: Predict, features: NDArray[Any], labels: NDArray[Any], rows: int = 16, seed: int = 0
) -> Verdict:
    """A prediction that trains a second model must not know its own row's label.

    `predict(features, labels)` gives one prediction a row, as the second model is trained on them. Changing
    one row's label may move other rows' predictions, never its own.
    """
    generator = np.random.default_rng([seed, 3])
    base = np.asarray(predict(features.copy(), labels.copy()), dtype=np.float64)
    if apart(base, np.asarray(predict(features.copy(), labels.copy()), dtype=np.float64)):
        return NotAssessed("asked the same twice, its predictions differ; give it a seed")
    chosen = generator.permutation(len(labels))[:rows]
    for row in chosen:
        other = labels.copy()
        spread = np.nanstd(labels.astype(np.float64)) or 1.0
        is_class = len(np.unique(labels)) <= 2
        other[row] = labels.max() + labels.min() - labels[row] if is_class else labels[row] + 5 * spread
        now = np.asarray(predict(features.copy(), other), dtype=np.float64)
        if abs(now[row] - base[row]) > TOLERANCE * max(abs(base[row]), 1e-12):
            told = DependsOnFuture(int(row), "prediction", 0, Stage.MODEL, source="its own label")
            return replace(told, before=f"{base[row]:.6g}", after=f"{now[row]:.6g}")
    return NoDependenceObserved(AuditLevel.C1, f"the labels of {len(chosen)} rows changed one by one")
