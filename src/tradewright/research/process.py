"""What the ledger tells of how a study came about: choices made after results, a holdout that was looked at.

No audit of code and data can see these leaks: they happened in the head of whoever chose. Their dates show.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tradewright.research.ladder.holdout import after_day
from tradewright.research.study import CHOICES, StudyOptions, choices, study_hash
from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.values.instant import Instant, date_of

HOLDOUT = "holdout"
# A row of the ledger by its number.
Row = tuple[int, Event]


@dataclass(frozen=True)
class ProcessLeak:
    """One thing about a study that was decided, or looked at, with results in hand.

    `channel` is universe, window, costs or holdout; `row` the ledger's row that shows it; `at` ns UTC.
    """

    channel: str
    words: str
    row: int
    at: Instant


@dataclass(frozen=True)
class _Try:
    """A start of a trial that the ledger tells enough about: what was chosen, and how far it read."""

    row: int
    event: Event
    chosen: Mapping[str, Any]
    until: int


def process_leaks(ledger: TrialLedger, options: StudyOptions) -> tuple[ProcessLeak, ...]:
    """What of a study was chosen after results of its hypothesis were seen on the same dataset.

    A choice counts as made when the study was registered; now, where it never was. It is late where the first
    study of the hypothesis (its relatives by forks included) chose otherwise and had ended a trial by then.
    """
    family, study = ledger.family(options.hypothesis.id), study_hash(options)
    rows = ledger.rows_of(family)
    chosen_at = min((row for row, event in rows if _registers(event, study)), default=None)
    before = [(row, event) for row, event in rows if chosen_at is None or row < chosen_at]
    tries = list(_tries(before, options.data.dataset))
    ended = {event.trial for _, event in before if event.kind is Kind.FINISHED}
    seen = [one for one in tries if one.event.trial in ended]
    late = [*_late(seen, choices(options)), *_looks(ledger, options, seen)]
    return tuple(sorted(late, key=lambda leak: (*CHOICES, HOLDOUT).index(leak.channel)))


def in_words(leaks: Sequence[ProcessLeak]) -> str:
    """All of them in one line; empty for none."""
    return "; ".join(leak.words for leak in leaks)


def _registers(event: Event, study: str) -> bool:
    return event.kind is Kind.REGISTERED and event.study == study


def _tries(rows: Sequence[Row], dataset: str) -> Iterator[_Try]:
    """The starts on one dataset; those of a version that kept no choices say nothing either way."""
    for row, event in rows:
        about = json.loads(event.body) if event.kind is Kind.STARTED else {}
        if about.get("dataset") == dataset and "choices" in about:
            yield _Try(row, event, about["choices"], int(about["until"]))


def _late(seen: Sequence[_Try], own: Mapping[str, Any]) -> Iterator[ProcessLeak]:
    """Choices that differ from those of the first study whose results were seen."""
    for name in CHOICES:
        # Folds that are added to a study that had none are more evidence, not another choice of it.
        told = [one for one in seen if one.chosen.get(name) is not None]
        if told and _began_with(name, told[0].chosen) != _began_with(name, own):
            at, were, others = told[0].event.at, *_grammar(name)
            known = f"{_tried(told)} had shown results with {others}, first on {date_of(at)}"
            yield ProcessLeak(name, f"the {name} {were} chosen after {known}", told[0].row, Instant(at))


def _began_with(name: str, chosen: Mapping[str, Any]) -> Any:
    """A choice as far as it may not change: the end of a window moves on with the data, see `_looks`."""
    return chosen[name][0] if name == "window" else chosen[name]


def _grammar(name: str) -> tuple[str, str]:
    return ("were", "others") if name in ("costs", "folds", "intervals") else ("was", "another one")


def _looks(ledger: TrialLedger, options: StudyOptions, seen: Sequence[_Try]) -> Iterator[ProcessLeak]:
    """Looks at data that were held back, by tries of the hypothesis or through the ladder's gate.

    Held back is what lies after the study's end; for a study without one, after the end that an earlier study
    of the hypothesis had: that study looks at them itself, and may be the first and only one that does.
    """
    end = options.period.end or _declared_end(seen)
    if end is None:
        return
    past = [one for one in seen if one.until > after_day(end)]
    opened = [one for one in _openings(ledger, options) if json.loads(one[1].body)["until"] > after_day(end)]
    if not past and len(opened) < 2:
        return
    looks = [f"{_tried(past)} read on to {date_of(Instant(max(one.until for one in past)))}"] if past else []
    looks += (
        [f"its gate was opened {'once' if len(opened) == 1 else f'{len(opened)} times'}"] if opened else []
    )
    row, event = (past[0].row, past[0].event) if past else opened[1]
    words = f"the data after {end} are no holdout: {' and '.join(looks)} before"
    yield ProcessLeak(HOLDOUT, words, row, Instant(event.at))


def _declared_end(seen: Sequence[_Try]) -> date | None:
    """The last day that an earlier study kept to, holding back what follows; the latest of several."""
    ends = [one.chosen["window"][1] for one in seen if one.chosen["window"][1]]
    return date.fromisoformat(max(ends)) if ends else None


def _openings(ledger: TrialLedger, options: StudyOptions) -> list[Row]:
    """Openings of a holdout by candidates of the hypothesis and its relatives on the same dataset."""
    return [
        (row, event)
        for row, event in ledger.rows_of(ledger.family(options.hypothesis.id))
        if event.kind is Kind.HOLDOUT_OPENED and json.loads(event.body)["dataset"] == options.data.dataset
    ]


def _tried(tries: Sequence[_Try]) -> str:
    count = len({one.event.trial for one in tries})
    return f"{count:,} {'try' if count == 1 else 'tries'}"
