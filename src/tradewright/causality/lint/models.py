"""What is fitted, on which rows, and to which rows it is then applied: models, scalers, splitters, scores.

A fitted thing knows the last row it saw, and the last row that its labels reach. Applied to rows from r on,
it looks ahead where it knows a row after r. Applied to its own training rows it does not count as a look
ahead: those are in-sample, which everybody knows; but a second model that learns from such predictions does.
Source: Lopez de Prado (2018), Advances in Financial Machine Learning, ch. 7 (labels that overlap a split).
"""

import re
from dataclasses import dataclass

from tradewright.causality.lint.operators import cause_named
from tradewright.causality.lint.reach import (
    FAR,
    INF,
    LOOP_ROW,
    NOTHING,
    ROWS,
    WARM,
    Cause,
    Kind,
    Value,
    blend,
    flat,
    reduced,
    seeing,
    sequence,
)
from tradewright.causality.lint.session import Arguments, Session
from tradewright.causality.lint.vocabulary import APPLY, LEARN

SPLITTERS = re.compile(
    r"(KFold|ShuffleSplit|TimeSeriesSplit|LeaveOneOut|LeaveP|WalkForward|Purged|Combinatorial)"
)
# Splitters that train on earlier rows only.
IN_TIME = re.compile(r"(TimeSeriesSplit|WalkForward|Purged|Combinatorial)")
# Methods that add or copy rows to balance classes.
RESAMPLERS = frozenset(["fit_resample", "fit_sample"])
# Where the stand-in split falls.
TEST_SHARE = 0.75


@dataclass(frozen=True)
class Fitted:
    """Where a model was fitted: the call, and the rows that it saw."""

    cause: Cause
    start: float
    stop: float


def is_model_method(owner: Value, name: str) -> bool:
    """Whether a method call is one of a model, scaler or splitter."""
    return owner.kind is Kind.MODEL or (owner.kind is Kind.SPLITTER and name in ("split", "get_n_splits"))


def made(session: Session, name: str, given: Arguments) -> Value:
    """A model or splitter out of a library, as its constructor leaves it.

    Data in the constructor, as statsmodels takes it, are what `fit()` will learn.
    """
    last = name.rpartition(".")[2]
    if SPLITTERS.search(last):
        gap = given.number(99, "gap", "purged_size", "purge", "embargo", "purge_days") or 0.0
        way = given.get(99, "shuffle")
        cause = session.cause("shuffled-split", given.node)
        shuffles = way is not None and way.text == "True"
        return Value(Kind.SPLITTER, text=last, low=gap, high=gap, detail=(cause, shuffles))
    data = (
        blend(*[value for value in given.every if value.rowed])
        if any(v.rowed for v in given.every)
        else NOTHING
    )
    fitted = [part for value in given.every for part in flat(value) if part.kind is Kind.MODEL]
    return Value(Kind.MODEL, text=last, fields={"data": data} if data.rowed else {}, items=tuple(fitted))


def method(session: Session, owner: Value, name: str, given: Arguments) -> tuple[Value, Value]:
    """What a model's method answers, and the model after it."""
    cause = session.cause("fit-whole", given.node)
    if owner.kind is Kind.SPLITTER:
        return folds(session, owner, cause), owner
    if name in RESAMPLERS:
        return sequence([_with_added(value, cause) for value in given.given]), owner
    if name in LEARN:
        after = learn(session, owner, given, cause)
        if name in ("fit_transform", "fit_predict"):
            return applied_to(session, after, "transform", given), after
        return after, after
    if name in APPLY or name in ("decode", "smooth", "filter"):
        return applied_to(session, owner, name, given), owner
    return blend(owner.fields.get("data", NOTHING), *given.every).but(kind=Kind.MODEL, text=owner.text), owner


def _with_added(value: Value, cause: Cause) -> Value:
    if value.is_part:
        return value
    return value.marked("rows-added").but(latent=frozenset({cause_named(cause, "resampled-before-split")}))


def learn(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """fit: the model knows the rows it saw, and as far beyond them as its labels reach.

    Validation rows handed over to stop early are known to it as well. Rows in random order count as all rows.
    """
    parts = [part for value in given.given for part in flat(value)]
    seen = [part for part in [*parts, owner.fields.get("data", NOTHING)] if part.rowed]
    ahead = dict(owner.ahead) if "partial" in getattr(given.node.func, "attr", "") else {}
    base = -INF
    for part in seen:
        base = max(base, _learn_rows(part, cause, ahead))
    for part in parts:
        if not part.rowed:
            base = max(base, part.base)
            ahead.update(part.ahead)
    for value in given.named.values():
        _learn_checked(value, cause, ahead)
    if parts and "in-sample" in parts[0].marks and parts[0].rowed:
        ahead[cause_named(cause, "in-fold")] = INF
    start = min([part.start for part in seen], default=0.0)
    stop = max([part.stop for part in seen], default=-INF)
    return owner.but(base=base, ahead=ahead, detail=Fitted(cause, start, stop))


def _learn_rows(part: Value, cause: Cause, ahead: dict[Cause, float]) -> float:
    """Add what one table of training rows tells; gives the last row that it holds."""
    if "rows-added" in part.marks and (part.is_part or "shuffled" in part.marks):
        ahead.update(dict.fromkeys(part.latent, INF))
    if not part.is_part or "shuffled" in part.marks:
        own = part.detail if isinstance(part.detail, Cause) else cause
        ahead[own] = INF
        return -INF
    last = part.stop - 1
    for one, lead in part.ahead.items():
        is_label = lead < INF
        ahead[cause_named(cause, "label-overlap") if is_label else one] = last + lead
    return last


def _learn_checked(value: Value, cause: Cause, ahead: dict[Cause, float]) -> None:
    """Rows that decide when to stop (eval_set) are known to the model too.

    A validation part that ends before the test is known up to its end and no further.
    """
    for part in flat(value):
        if part.rowed and part.start >= WARM:
            chosen = cause_named(cause, "chosen-on-test")
            ahead[chosen] = part.stop - 1 if part.is_part else INF
        elif part.rowed and part.has_data:
            _learn_rows(part, cause, ahead)


def applied_to(session: Session, owner: Value, name: str, given: Arguments) -> Value:
    """predict, transform: each row knows itself and what the model knows beyond it.

    Predictions of hidden states use the whole series that they are asked about, later rows included.
    """
    rows = given.given[0] if given.given else owner.fields.get("data", NOTHING)
    rows = blend(rows)
    smooths = name in ("smooth", "decode") or ("HMM" in (owner.text or "") and name.startswith("predict"))
    if smooths:
        rows = seeing(rows, session.cause("smoothed-states", given.node))
    knowledge = blend(*[part.but(kind=Kind.SCALAR) for part in (owner, *owner.items)])
    if not rows.rowed:
        return blend(rows, knowledge)
    ahead = dict(rows.ahead)
    for cause, row in knowledge.ahead.items():
        lead = row if row == INF else row - rows.start
        if lead == INF or (rows.start >= WARM and lead > 0):
            ahead[cause] = lead
    fitted = owner.detail if isinstance(owner.detail, Fitted) else None
    if (
        fitted is not None
        and fitted.stop < INF
        and WARM <= rows.start < fitted.stop
        and fitted.start < rows.start
    ):
        ahead[fitted.cause] = fitted.stop - 1 - rows.start or 1.0
    own_rows = fitted is not None and rows.start < fitted.stop and rows.stop <= fitted.stop
    marks = rows.marks | ({"in-sample"} if own_rows and name.startswith("predict") else set())
    return rows.but(kind=Kind.ROWED, ahead=ahead, library="numpy", marks=marks, fields={}, detail=None)


def folds(session: Session, splitter: Value, cause: Cause) -> Value:
    """split: pairs of training and test rows.

    Folds that go forward in time train on rows before the test; all others on rows around it.
    """
    gap = splitter.number or 0.0
    here = session.row or LOOP_ROW
    made_at, _ = splitter.detail
    test = Value(Kind.ROWED, start=here, stop=here + FAR, marks=frozenset({"fold"}))
    if IN_TIME.search(splitter.text or ""):
        train = Value(Kind.ROWED, stop=here - gap, marks=frozenset({"fold"}))
    else:
        train = Value(Kind.ROWED, marks=frozenset({"fold", "shuffled"}), detail=made_at)
    return sequence([sequence([train, test])])


def split_once(session: Session, given: Arguments) -> Value:
    """train_test_split: shuffled unless told otherwise.

    The stand-in split leaves the last quarter for the test.
    """
    way = given.get(99, "shuffle")
    cause = session.cause("shuffled-split", given.node)
    parts: list[Value] = []
    for value in given.given:
        if way is not None and way.text == "False":
            parts += [_cut(value, 0.0, ROWS * TEST_SHARE), _cut(value, ROWS * TEST_SHARE, INF)]
        else:
            parts += [value.marked("shuffled").but(detail=cause), _cut(value, ROWS * TEST_SHARE, INF)]
    return sequence(parts)


def _cut(value: Value, start: float, stop: float) -> Value:
    return value.but(
        start=start,
        stop=stop,
        fields={name: _cut(inner, start, stop) for name, inner in value.fields.items()},
    )


def cross_predicted(session: Session, given: Arguments) -> Value:
    """cross_val_predict: each row is predicted by a model of the other folds, later ones among them.

    Folds that go forward in time predict later rows from earlier ones.
    """
    folds_by = given.get(99, "cv")
    rows = blend(given.given[1]) if len(given.given) > 1 else NOTHING
    if folds_by is not None and folds_by.kind is Kind.SPLITTER and IN_TIME.search(folds_by.text or ""):
        return rows
    return seeing(rows, session.cause("shuffled-split", given.node))


def scored(session: Session, given: Arguments) -> Value:
    """A score: one number out of the rows that it is computed on."""
    rows = [part for value in given.every for part in flat(value) if part.rowed]
    cause = session.cause("whole-sample", given.node)
    return blend(*(reduced(row, chosen_if_late(row, cause)) for row in rows)) if rows else NOTHING


def chosen_if_late(value: Value, cause: Cause) -> Cause:
    """A number taken from test rows, if it is used on them, was chosen on the test."""
    return cause_named(cause, "chosen-on-test") if value.start >= WARM and not value.is_part else cause
