"""A fitted pipeline: what it says of rows, and whether it learned from its training rows alone.

A fit that is over leaves no trace of the rows it saw but what it learned. So its twin is fitted again: on
the rows it is said to have learned from, and, where that does not give the same, on those it should not have
seen.
"""

import contextlib
import copy
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.causality.audit import audit, world_of
from tradewright.causality.certificate import Certificate, ChannelVerdict
from tradewright.causality.frames import NUMBER, WHOLE, table_of
from tradewright.causality.known import whole_times
from tradewright.causality.model_stage import apart
from tradewright.causality.options import AuditOptions
from tradewright.causality.parameters import learned
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
    Verdict,
)
from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.panel import Floats, Ints

Flags = NDArray[np.bool_]
ANSWERS = ("predict", "predict_proba", "transform")
WHAT_IT_SAYS = "its answers"
NANOSECONDS_OF_A_DAY = 86_400_000_000_000
SAY_WHAT_IT_LEARNED_FROM = (
    "nothing says what it was fitted on: give --trained-until with the last day of its training rows, and "
    "--answer with the column it learned to answer"
)


@dataclass(frozen=True)
class FittedOn:
    """What a pipeline is said to have been fitted on.

    `answer`: the column it learned to answer, empty for a transformer that needs none; known
    `answer_after_rows` instants after its row. `until`: the time of the last training row, a bare day meaning
    all of it; or a count of rows. `columns`: what it was given, in that order, where it does not say so
    itself.
    """

    answer: str = ""
    until: str = ""
    answer_after_rows: int = 0
    columns: tuple[str, ...] = ()


def is_pipeline(thing: Any) -> bool:
    """Whether something can be fitted and then asked, as the estimators of scikit-learn can."""
    can_answer = any(callable(getattr(thing, name, None)) for name in ANSWERS)
    return can_answer and callable(getattr(thing, "fit", None)) and not isinstance(thing, type)


def audit_pipeline(
    fitted: Any, table: Any, fitted_on: FittedOn, options: AuditOptions | None = None
) -> Certificate:
    """Audit what a fitted pipeline says of a pandas table, and what it learned.

    Its answers are asked for while later rows are changed, as for any function. What it learned is compared
    with what an unfitted copy learns from the training rows alone.
    Raises: UnknownName or InvalidOption for columns and times that do not hold.
    """
    options = replace(options or AuditOptions(), stage=Stage.MODEL)
    kept = learned(fitted)
    if fitted_on.answer and fitted_on.answer not in table:
        raise unknown_name(fitted_on.answer, "column", list(map(str, table.columns)))
    saying = Saying(fitted, _inputs(fitted, table, fitted_on, options))
    asked = table.drop(columns=[fitted_on.answer]) if fitted_on.answer else table
    rows = _TrainingRows(table, fitted_on, options) if fitted_on.until else None
    saying.prepare(asked)
    certificate = audit(saying, asked, options)
    if rows is None or not kept:
        reason = SAY_WHAT_IT_LEARNED_FROM if kept else "it has learned nothing: fit it first"
        told: tuple[ChannelVerdict, ...] = (ChannelVerdict("fit", NotAssessed(reason)),)
    else:
        told = _Refit(fitted, saying, table, rows).verdicts()
    notes = certificate.notes
    if saying.skips_missing:
        notes = (*notes, "it refuses missing inputs: rows that have any were given no answer")
    return replace(
        certificate,
        target=type(fitted).__name__,
        channels=(*certificate.channels, *told),
        code_hash=_hash_of(fitted, kept),
        notes=notes,
    )


class Saying:
    """A fitted pipeline as a function of a table: one answer a row, missing where an input is.

    Rows with a missing input are left out only where the pipeline refuses them.
    """

    def __init__(self, fitted: Any, columns: tuple[str, ...]) -> None:
        """`columns` are handed over in this order, as a frame unless it was fitted on an array."""
        self.fitted, self.columns = fitted, columns
        # scikit-learn's own were fitted on an array where they know how many columns and not which.
        self.by_name = hasattr(fitted, "feature_names_in_") or not hasattr(fitted, "n_features_in_")
        self.skips_missing = False
        self.names: tuple[str, ...] = ()

    def __call__(self, table: Any) -> dict[str, Floats]:
        """Its answers by name."""
        return self.of(self.fitted, table)

    def prepare(self, table: Any) -> None:
        """Learn once what its answers are called, and whether it refuses missing inputs."""
        with contextlib.suppress(Exception):
            self.names = tuple(self(table))

    def of(self, fitted: Any, table: Any) -> dict[str, Floats]:
        """The answers of this or of another fit of the same pipeline."""
        inputs = self.inputs(table)
        whole = whole_rows(inputs)
        if self.skips_missing is False and not whole.all():
            try:
                return dict(_answers(fitted, inputs))
            except ValueError:
                self.skips_missing = True
        if whole.all():
            return dict(_answers(fitted, inputs))
        told = {name: np.full(len(whole), np.nan) for name in self.names}
        for name, column in _answers(fitted, inputs[whole]) if whole.any() else ():
            told[name] = np.full(len(whole), np.nan)
            told[name][whole] = column
        return told

    def inputs(self, table: Any) -> Any:
        """The columns it takes, in the kind of table it was fitted on."""
        chosen = table[list(self.columns)]
        return chosen if self.by_name else chosen.to_numpy(dtype=np.float64)


def whole_rows(inputs: Any) -> Flags:
    """Rows of which no input is missing."""
    missing = inputs.isna().to_numpy() if hasattr(inputs, "isna") else np.isnan(inputs)
    told: Flags = ~missing.any(axis=1)
    return told


def _answers(fitted: Any, inputs: Any) -> Iterator[tuple[str, Floats]]:
    """What it predicts, how sure it is, or what it makes of the inputs where it does not predict."""
    if callable(getattr(fitted, "predict", None)):
        yield from _columns("prediction", fitted.predict(inputs))
        if callable(getattr(fitted, "predict_proba", None)):
            yield from _columns("probability", fitted.predict_proba(inputs))
    else:
        yield from _columns("output", fitted.transform(inputs))


def _columns(name: str, given: Any) -> Iterator[tuple[str, Floats]]:
    """One column, or several numbered ones; words count by what they say."""
    values = given.toarray() if hasattr(given, "toarray") else np.asarray(given)
    if values.dtype.kind not in "fiub":
        (coded,) = learned({name: values.ravel()}).values()
        values = coded.reshape(values.shape)
    flat = values.reshape(len(values), -1).astype(np.float64)
    for place in range(flat.shape[1]):
        yield (name if flat.shape[1] == 1 else f"{name} {place}"), flat[:, place]


def _inputs(fitted: Any, table: Any, fitted_on: FittedOn, options: AuditOptions) -> tuple[str, ...]:
    """The columns it was fitted on: as it says itself, as it is told, or all numbers but the answer."""
    names = [str(name) for name in table.columns]
    own = getattr(fitted, "feature_names_in_", None)
    wanted = [str(name) for name in own] if own is not None else list(fitted_on.columns)
    for name in wanted:
        if name not in names:
            raise unknown_name(name, "column that the pipeline was fitted on", names)
    if wanted:
        return tuple(wanted)
    looked_at = table_of(table)
    numbers = [looked_at.names[place] for place in looked_at.places(NUMBER, WHOLE)]
    found = tuple(name for name in numbers if name not in (fitted_on.answer, options.known_at, options.asset))
    count = getattr(fitted, "n_features_in_", len(found))
    if count != len(found):
        raise InvalidOption(
            f"It was fitted on {count} columns without names; the table has {', '.join(found)}.",
            "Name them in order: --column FIRST --column SECOND, or fit it on a data frame.",
        )
    return found


class _TrainingRows:
    """Which rows a pipeline may have learned from, and which it could have learned from in error."""

    def __init__(self, table: Any, fitted_on: FittedOn, options: AuditOptions) -> None:
        known = world_of(table, options)[0].known
        last = _last_row(known.times, known.said, fitted_on.until)
        before = known.times <= last if last is not None else np.arange(len(table)) < int(fitted_on.until)
        if not before.any() or before.all():
            held = "no row after it" if before.any() else "no training row"
            raise InvalidOption(
                f"--trained-until {fitted_on.until} leaves {held}.",
                "Give a time inside the table: what came after it shows whether the fit saw it.",
            )
        answered = known.rows + 2 * fitted_on.answer_after_rows <= known.rows[before].max()
        has_answer = np.ones(len(table), dtype=bool)
        self.answer = None
        if fitted_on.answer:
            self.answer = table[fitted_on.answer]
            has_answer = np.asarray(self.answer.notna())
        self.until = fitted_on.until
        self.first_after = int(np.flatnonzero(~before)[0])
        self.training = np.flatnonzero(before & answered & has_answer)
        self.too_early = np.flatnonzero(before & has_answer)
        self.all = np.flatnonzero(has_answer)

    def in_error(self) -> Iterator[tuple[str, Ints]]:
        """Rows it should not have learned from, in words, with all rows of such a fit."""
        if len(self.too_early) > len(self.training):
            extra = len(self.too_early) - len(self.training)
            yield f"{extra:,} rows whose answer was known only after {self.until}", self.too_early
        yield f"rows after {self.until}", self.all


def _last_row(times: Ints, said: str, until: str) -> int | None:
    """The last instant of training; None where rows are only counted.

    Raises: InvalidOption for what is neither a time nor a count.
    """
    is_count = until.isdigit()
    if said == "the order of its rows":
        if is_count:
            return None
        raise InvalidOption(
            f"--trained-until {until}, and nothing says when the rows were known.",
            "Name the column of times with --known-at, or give a count of rows.",
        )
    if is_count and np.abs(times).max() > 10**12:
        return None
    try:
        given = [int(until)] if is_count else np.array([until], dtype="datetime64[ns]")
        told = int(whole_times(given, "until")[0])
    except ValueError as error:
        raise InvalidOption(
            f"--trained-until {until} is no time.", "Give one such as 2020-12-31, or a count of rows."
        ) from error
    return told + NANOSECONDS_OF_A_DAY - 1 if len(until) == 10 and not is_count else told


@dataclass
class _Refit:
    """The fit asked again, on its training rows and on those that it should not have seen."""

    fitted: Any
    saying: Saying
    table: Any
    rows: _TrainingRows

    def verdicts(self) -> tuple[ChannelVerdict, ...]:
        """One verdict where all is as the training rows teach; else one for each thing learned elsewhere."""
        try:
            return self._compared()
        except Exception as error:  # noqa: BLE001 - a user's pipeline may raise anything at all
            said = f"fitted again, it raised {type(error).__name__}: {' '.join(str(error).split())[:200]}"
            return (ChannelVerdict("fit", NotAssessed(said)),)

    def _compared(self) -> tuple[ChannelVerdict, ...]:
        kept = self._known_of(self.fitted)
        rows, honest = self._nearest(kept, self.rows.training)
        wavering = _unlike(honest, self._fitted(rows))
        if wavering:
            reason = f"fitted twice on the same rows, {wavering[0]} differs; give it a seed (random_state)"
            return (ChannelVerdict("fit", NotAssessed(reason)),)
        unlike = _unlike(kept, honest)
        if not unlike:
            return (ChannelVerdict("fit", self._clean(kept, len(rows))),)
        found: dict[str, Verdict] = {}
        for source, more in self.rows.in_error():
            _, other = self._nearest(kept, more)
            same = set(unlike) - set(_unlike(kept, other))
            for name in same - set(found):
                found[name] = self._dependence(name, kept, honest, source)
        if not found:
            return (ChannelVerdict("fit", NotAssessed(self._neither(unlike[0], kept, honest))),)
        return tuple(ChannelVerdict(f"fit: {name}", found[name]) for name in unlike if name in found)

    def _known_of(self, fitted: Any) -> dict[str, Floats]:
        """What it learned by name, and all that it says: trees and boosters show nothing else."""
        said = self.saying.of(fitted, self.table)
        return {**learned(fitted), WHAT_IT_SAYS: np.concatenate([said[name] for name in sorted(said)])}

    def _nearest(self, kept: dict[str, Floats], rows: Ints) -> tuple[Ints, dict[str, Floats]]:
        """The fit on these rows, or on those without a missing input where that is nearer to what is kept."""
        whole = rows[whole_rows(self.saying.inputs(self.table))[rows]]
        if self.saying.skips_missing or len(whole) == len(rows):
            return whole, self._fitted(whole)
        found = [(some, self._fitted(some)) for some in (rows, whole)]
        return min(found, key=lambda one: len(_unlike(kept, one[1])))

    def _fitted(self, rows: Ints) -> dict[str, Floats]:
        inputs = self.saying.inputs(self.table)
        chosen = inputs.iloc[rows] if hasattr(inputs, "iloc") else inputs[rows]
        answer = self.rows.answer
        given = (chosen,) if answer is None else (chosen, answer.iloc[rows])
        return self._known_of(unfitted(self.fitted).fit(*given))

    def _clean(self, kept: dict[str, Floats], rows: int) -> NoDependenceObserved:
        words = f"fitted again on its {rows:,} training rows alone it learns the same"
        return NoDependenceObserved(AuditLevel.C2, f"{words}, {len(kept):,} values and answers by name")

    def _neither(self, name: str, kept: dict[str, Floats], honest: dict[str, Floats]) -> str:
        here, there = _shown(kept.get(name)), _shown(honest.get(name))
        return (
            f"what it learned is not what its training rows teach ({name}: {here}, fitted again {there}), "
            "nor what all rows do; were these the rows and columns it was fitted on?"
        )

    def _dependence(
        self, name: str, kept: dict[str, Floats], honest: dict[str, Floats], source: str
    ) -> DependsOnFuture:
        return DependsOnFuture(
            self.rows.first_after,
            f"fit: {name}",
            None,
            Stage.MODEL,
            source=source,
            intervention="fitted again on its training rows alone",
            before=_shown(kept.get(name)),
            after=_shown(honest.get(name)),
        )


def unfitted(fitted: Any) -> Any:
    """The same pipeline before it learned anything."""
    try:
        from sklearn.base import clone
    except ImportError:
        return copy.deepcopy(fitted)
    return clone(fitted, safe=False)


def _unlike(one: dict[str, Floats], other: dict[str, Floats]) -> list[str]:
    """Names that differ, in their order; what only counts rows or steps comes last."""
    names = sorted({**one, **other}, key=lambda name: name.rpartition(".")[2].startswith("n_"))
    return [name for name in names if apart(one.get(name), other.get(name))]


def _shown(values: Floats | None) -> str:
    return "gone" if values is None or not values.size else f"{values.ravel()[0]:.6g}"


def _hash_of(fitted: Any, kept: dict[str, Floats]) -> str:
    """SHA-256 of its class and of all it learned."""
    digest = hashlib.sha256(f"{type(fitted).__module__}.{type(fitted).__qualname__}".encode())
    for name, values in kept.items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
