"""Leaks of the research process: how studies came about, as a ledger of trials and the runs tell it."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import msgspec

from leak_zoo.labels import leak, look_alike
from tradewright.assembly.audits import with_its_research
from tradewright.causality.certificate import Certificate, ChannelVerdict, Coverage
from tradewright.causality.verdict import AuditLevel, CausalByConstruction, Verdict
from tradewright.research.fold_options import FoldOptions
from tradewright.research.ladder.holdout import after_day
from tradewright.research.ledger_marks import lost_rows
from tradewright.research.process import process_leaks
from tradewright.research.study import (
    BenchmarkOptions,
    PeriodOptions,
    StudyOptions,
    UniverseOptions,
    choices,
    parse,
    study_hash,
)
from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.runs.manifest import LedgerMark, Manifest
from tradewright.values.instant import Instant

UNRECORDED = "unrecorded trials"
TWICE = "a holdout opened twice"
CHOSEN = "universe, window or costs chosen after seeing results"
ABOUT_TRIALS = "tries counted on the record"
ABOUT_HOLDOUTS = "a holdout opened once"
ABOUT_CHOICES = "choices made before results"
END_OF_DATA = date(2023, 12, 29)
STUDY = """
title = "An idea"
seed = 1
[hypothesis]
id = "idea"
statement = "Something is true."
[data]
dataset = "stocks"
[strategy]
name = "momentum"
"""


@dataclass
class History:
    """What a research team did, in order: a ledger, the runs that saw it, and the study to be judged."""

    file: Path
    now: int = after_day(date(2024, 1, 1))
    study: StudyOptions = field(default_factory=lambda: parse(STUDY, "idea.toml"))
    saw: tuple[LedgerMark, ...] = ()

    def __post_init__(self) -> None:
        self.ledger = TrialLedger(self.file)

    def changed(self, **options) -> None:
        """From now on the study says something else."""
        self.study = msgspec.structs.replace(self.study, **options)

    def with_costs(self, profile: str) -> None:
        """From now on the study trades by another profile."""
        self.changed(execution=msgspec.structs.replace(self.study.execution, profile=profile))

    def with_lookback(self, bars: int) -> None:
        """From now on the study is about another parameter: a try of its own, counted and priced."""
        strategy = msgspec.structs.replace(self.study.strategy, parameters={"lookback": bars})
        self.changed(strategy=strategy)

    def with_end(self, end: date | None) -> None:
        """From now on the study ends on another day."""
        self.changed(period=msgspec.structs.replace(self.study.period, end=end))

    def run(self, *trials: str, last: date = END_OF_DATA, shows_results: bool = True) -> None:
        """Register the study as it stands, try these configurations, and keep the run."""
        hypothesis, study = self.study.hypothesis.id, study_hash(self.study)
        until = min(last, self.study.period.end or last)
        about = {
            "dataset": self.study.data.dataset,
            "strategy": "momentum",
            "until": after_day(until) - 1,
            "choices": choices(self.study),
        }
        self.ledger.register(hypothesis, "", study, self._tick())
        self.ledger.start(hypothesis, study, trials, self._tick(), about)
        if shows_results:
            ends = [Event(self._tick(), Kind.FINISHED, hypothesis, study, trial) for trial in trials]
            self.ledger.end(ends)
        self.saw = (*self.saw, self.ledger.mark())

    def judged(self) -> Verdict:
        """What the audit says of the study, everything else about it being clean."""
        clean = ChannelVerdict("weight of A", CausalByConstruction(3))
        certificate = Certificate("idea", (clean,), AuditLevel.C4, Coverage(), 0.0, ())
        runs = [_run(place, mark) for place, mark in enumerate(self.saw)]
        ledger = self.ledger if self.file.exists() else None
        late = process_leaks(ledger, self.study) if ledger else ()
        return with_its_research(certificate, lost_rows(ledger, runs), late).verdict

    def opened_by_the_gate(self, candidate: str) -> None:
        """The ladder opens what lies after the study's end, once, for a candidate."""
        assert self.study.period.end is not None
        body = {
            "dataset": "stocks",
            "after": after_day(self.study.period.end),
            "until": after_day(END_OF_DATA),
        }
        text = msgspec.json.encode(body).decode()
        event = Event(self._tick(), Kind.HOLDOUT_OPENED, self.study.hypothesis.id, candidate, body=text)
        self.ledger.decide(lambda rows: [event])

    def _tick(self) -> Instant:
        self.now += 1_000_000_000
        return Instant(self.now)


def _run(place: int, mark: LedgerMark) -> Manifest:
    """The manifest of a run, as far as it tells how much of the ledger it saw."""
    return Manifest(f"run-{place}", "study", "An idea", "complete", 1, "", "", "", 0, {}, ledger=mark)


@leak(UNRECORDED, stage="research", shape="history")
def started_over_without_the_old_ledger(history: History) -> None:
    """The ledger of the tries before is moved away, and counting starts anew."""
    history.run("a", "b", "c")
    history.file.unlink()
    history.ledger = TrialLedger(history.file)  # leaks here
    history.run("d")


@leak(UNRECORDED, stage="research", shape="history")
def ledger_put_back_to_before_the_failures(history: History) -> None:
    history.run("a")
    kept = history.file.read_bytes()
    history.run("b", "c", "d")
    history.file.write_bytes(kept)  # leaks here


@leak(TWICE, stage="research", shape="history")
def whole_history_tried_again_after_the_holdout(history: History) -> None:
    """Fitted up to 2018, looked at up to 2023, changed, and looked at up to 2023 again."""
    history.with_end(date(2018, 12, 31))
    history.run("a", "b")
    history.with_end(None)
    history.run("a")
    history.with_lookback(100)
    history.run("b")  # leaks here


@leak(TWICE, stage="research", shape="history")
def held_back_what_had_been_seen(history: History) -> None:
    history.run("a", "b")
    history.with_end(date(2018, 12, 31))  # leaks here


@leak(TWICE, stage="research", shape="history")
def second_candidate_on_the_same_stretch(history: History) -> None:
    """Two candidates of one hypothesis had the gate open the same data."""
    history.with_end(date(2018, 12, 31))
    history.run("a")
    history.opened_by_the_gate("first")
    history.opened_by_the_gate("second")
    history.with_lookback(100)  # leaks here


@leak(CHOSEN, stage="research", shape="history")
def without_the_names_that_lost(history: History) -> None:
    history.run("a", "b")
    history.changed(universe=UniverseOptions(("AAPL", "MSFT")))  # leaks here
    history.run("c")


@leak(CHOSEN, stage="research", shape="history")
def started_after_the_crash(history: History) -> None:
    history.run("a")
    history.changed(period=PeriodOptions(date(2009, 6, 1)))  # leaks here


@leak(CHOSEN, stage="research", shape="history")
def cheaper_fills_once_the_first_run_was_bad(history: History) -> None:
    history.run("a")
    history.with_costs("idealistic")  # leaks here
    history.run("a")


@leak(CHOSEN, stage="research", shape="history")
def another_seed_until_p_is_small(history: History) -> None:
    """The p-value and every interval are drawn again until they please."""
    history.run("a")
    history.changed(seed=2)  # leaks here
    history.run("a")


@leak(CHOSEN, stage="research", shape="history")
def weaker_benchmark_once_the_first_was_not_beaten(history: History) -> None:
    history.run("a")
    history.changed(benchmark=BenchmarkOptions("dataset", "bills"))  # leaks here


@leak(CHOSEN, stage="research", shape="history")
def folds_that_suit_the_result(history: History) -> None:
    history.changed(folds=FoldOptions(preset="252/21/21"))
    history.run("a")
    history.changed(folds=FoldOptions(preset="504/126/21"))  # leaks here


@look_alike(ABOUT_CHOICES, stage="research", shape="history")
def folds_added_as_further_evidence(history: History) -> None:
    history.run("a")
    history.changed(folds=FoldOptions(preset="252/21/21"))
    history.run("a")


@leak(CHOSEN, stage="research", shape="history")
def same_choice_under_the_name_of_a_fork(history: History) -> None:
    history.run("a")
    child = msgspec.structs.replace(history.study.hypothesis, id="fresh-idea")
    history.ledger.fork(child.id, history.study.hypothesis.id, Instant(history.now))
    history.changed(hypothesis=child)
    history.with_costs("idealistic")  # leaks here


@look_alike(ABOUT_TRIALS, stage="research", shape="history")
def parameters_tried_one_after_another(history: History) -> None:
    """A search is no leak where each try is on the record: it is priced."""
    history.run("a", "b")
    history.with_lookback(100)
    history.run("c", "d")


@look_alike(ABOUT_TRIALS, stage="research", shape="history")
def run_again_unchanged(history: History) -> None:
    history.run("a")
    history.run("a")


@look_alike(ABOUT_HOLDOUTS, stage="research", shape="history")
def opened_once_by_its_gate(history: History) -> None:
    history.with_end(date(2018, 12, 31))
    history.run("a", "b")
    history.opened_by_the_gate("only")


@look_alike(ABOUT_HOLDOUTS, stage="research", shape="history")
def first_look_past_the_end(history: History) -> None:
    history.with_end(date(2018, 12, 31))
    history.run("a", "b")
    history.with_end(None)
    history.run("a")


@look_alike(ABOUT_CHOICES, stage="research", shape="history")
def longer_as_the_data_grew(history: History) -> None:
    history.run("a", last=date(2020, 12, 31))
    history.with_lookback(100)
    history.run("b")


@look_alike(ABOUT_CHOICES, stage="research", shape="history")
def mended_before_anything_was_seen(history: History) -> None:
    """The first run broke off without a result; the costs were wrong and are put right."""
    history.run("a", shows_results=False)
    history.with_costs("stressed")
    history.run("a")


@look_alike(ABOUT_CHOICES, stage="research", shape="history")
def harder_costs_tried_and_the_first_ones_kept(history: History) -> None:
    history.run("a")
    first = history.study
    history.with_costs("stressed")
    history.run("a")
    history.study = first
