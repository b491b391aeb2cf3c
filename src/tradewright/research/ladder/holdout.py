"""The sealed holdout: data after a study's period that nobody looks at until the gate does, once.

What an attempt may spend halves with every attempt on the same stretch of the same data, whoever made it:
twenty candidates tried on one holdout are a search of twenty.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from tradewright.research.ladder.evidence import Record, Subject, record_of
from tradewright.research.ladder.registry import Candidate
from tradewright.research.plan import Plan, Shelf, prepare
from tradewright.research.study import StudyOptions
from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.runs.backtest import backtest
from tradewright.validation import benchmark, trading
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.performance import Period, cash_returns, period_of
from tradewright.validation.search_price import price_search
from tradewright.validation.sharpe import moments
from tradewright.values.errors import Blocked
from tradewright.values.instant import date_of
from tradewright.values.panel import Floats

# Fewer sealed bars than half a year's say nothing about a Sharpe ratio.
LEAST_BARS = 126
AGAINST = "the benchmark at matched exposure"


@dataclass(frozen=True)
class Sealed:
    """A stretch of a dataset that one candidate holds back.

    Units: `after` and `until` ns UTC: bars known later than `after`, up to `until`.
    """

    dataset: str
    after: int
    until: int

    def overlaps(self, other: "Sealed") -> bool:
        """Whether both are about the same data, at least in part."""
        return self.dataset == other.dataset and self.after < other.until and other.after < self.until


def sealed_after(study: StudyOptions) -> int | None:
    """The end of a study's period, ns UTC, after which it holds data back; None where it holds none."""
    return None if study.period.end is None else after_day(study.period.end)


def after_day(last: date) -> int:
    """The midnight after a study's last day, ns UTC: what is known later is held back."""
    day = last + timedelta(days=1)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000_000


def guard(ledger: TrialLedger, options: StudyOptions, plan: Plan) -> None:
    """Refuse a study that reads what a candidate of the same hypothesis, or a relative, has sealed.

    Raises: Blocked naming the candidate and the day.
    """
    family, until = ledger.family(options.hypothesis.id), int(plan.panel.instants[-1])
    for event in ledger.ladder():
        if event.kind is not Kind.CREATED or event.hypothesis not in family:
            continue
        study = msgspec.convert(json.loads(event.body)["study"], StudyOptions)
        after = sealed_after(study)
        if after is not None and study.data.dataset == options.data.dataset and until > after:
            end = study.period.end
            raise Blocked(
                f"the study reads what candidate '{event.study}' has sealed: the data after {end}.",
                f"Set [period] end = {end} or earlier: the holdout opens once, by its gate.",
            )


def sealed_of(candidate: Candidate, plan: Plan) -> Sealed:
    """What a candidate holds back, of the data up to their end.

    Raises: Blocked where that is nothing, or too little to say anything.
    """
    after = sealed_after(candidate.study)
    if after is None:
        raise Blocked(
            "the study holds no data back: there is nothing to open.",
            "Give it a [period] end before the data's, and start over as a fork.",
        )
    bars = int(np.count_nonzero(plan.panel.instants > after))
    if bars < LEAST_BARS:
        raise Blocked(
            f"only {bars} bars lie after {candidate.study.period.end}; at least {LEAST_BARS} must be sealed.",
            "End the study's [period] earlier, or wait for more data.",
        )
    return Sealed(plan.snapshot.dataset, after, int(plan.panel.instants[-1]))


def whole_plan(study: StudyOptions, shelf: Shelf) -> Plan:
    """The study's plan to the end of its data: what only the gate may make."""
    period = msgspec.structs.replace(study.period, end=None)
    strategy = msgspec.structs.replace(study.strategy, grid={}, perturb=False)
    given: dict[str, Any] = {"period": period, "strategy": strategy}
    if study.folds is not None or study.search is not None:
        given |= {"folds": None, "search": None}
    return prepare(msgspec.structs.replace(study, **given), shelf)


def seen_by(candidate: Candidate, sealed: Sealed, ledger: TrialLedger) -> str:
    """Who has looked at the sealed data before, in words; empty where nobody has.

    Trials of the hypothesis and its relatives, and of the same idea under any name. Where the candidate
    has a model, any model that was judged on the sealed rows by its forecasts, whatever its recipe.
    """
    family = ledger.family(candidate.hypothesis)
    for event in ledger.started():
        about = json.loads(event.body)
        is_related = event.hypothesis in family or _is_same_idea(candidate.study, about)
        if is_related and about.get("dataset") == sealed.dataset and about.get("until", 0) > sealed.after:
            until = date_of(int(about["until"]))
            return f"a trial of '{event.hypothesis}' read the data up to {until} on {date_of(event.at)}"
    return _judged_by_model(sealed, ledger) if candidate.study.model else ""


def _is_same_idea(study: StudyOptions, about: dict[str, Any]) -> bool:
    """Whether a trial under another hypothesis had the same strategy, and the same model where one is read.

    A row that names no model is taken for one of the same.
    """
    theirs = about.get("model", {}).get("name")
    is_other = study.model is not None and theirs is not None and theirs != study.model.name
    return bool(about.get("strategy") == study.strategy.name and not is_other)


def _judged_by_model(sealed: Sealed, ledger: TrialLedger) -> str:
    """Which model's forecasts have been held against sealed rows outside of studies, in words."""
    for event in ledger.models():
        about = json.loads(event.body)
        until = int(about.get("until", about.get("told", {}).get("last_row", 0)))
        if about.get("dataset") == sealed.dataset and until > sealed.after:
            how = "compared" if event.kind is Kind.MODEL_COMPARED else "judged"
            return f"the model {event.trial} was {how} on data up to {date_of(until)} on {date_of(event.at)}"
    return ""


def opening(rows: Sequence[Event], candidate: Candidate, sealed: Sealed, alpha: float) -> dict[str, Any]:
    """The row that opens a holdout: which attempt it is on these data, and what it may spend.

    Half of what is left each time, so that all attempts together spend at most `alpha` (Bonferroni).
    Raises: Blocked where this candidate has opened it before.
    """
    earlier = []
    for event in rows:
        if event.kind is not Kind.HOLDOUT_OPENED:
            continue
        body = json.loads(event.body)
        if event.study == candidate.name:
            raise Blocked(
                f"the holdout of '{candidate.name}' was opened on {date_of(event.at)}: it opens once.",
                "Its result stands in: research history. A fork on later data may hold out again.",
            )
        if Sealed(body["dataset"], body["after"], body["until"]).overlaps(sealed):
            earlier.append(event)
    attempt = len(earlier) + 1
    about = {"dataset": sealed.dataset, "after": sealed.after, "until": sealed.until}
    return {**about, "attempt": attempt, "alpha": alpha_of(attempt, alpha)}


def alpha_of(attempt: int, alpha: float) -> float:
    """What attempt 1, 2, ... on one holdout may spend of `alpha`: half of what is left each time."""
    return alpha / 2.0**attempt


def look(plan: Plan, sealed: Sealed, opened: dict[str, Any], subject: Subject, now: int) -> Record:
    """Trade the candidate through the sealed bars and say what came of it, once and for all.

    Raises: Blocked where the record cannot be measured; the attempt is spent all the same.
    """
    from tradewright.research.forecasting import made_ready
    from tradewright.research.trying import Nobody

    plan, _ = made_ready(plan, Nobody())
    run = backtest(
        plan.headline.strategy,
        plan.panel,
        plan.options.account,
        plan.profile,
        limits=plan.options.execution.limits,
    )
    start = int(np.searchsorted(plan.panel.instants, sealed.after, side="right")) - 1
    period = period_of(plan.panel.instants[start:], run.outcome.equity_usd[start:], plan.profile.cash_rate)
    exposure = float(np.mean(trading.net_exposure(run.outcome)[start:-1]))
    p = _surprise(plan, period, _matched(plan, start, exposure))
    shape = moments(period.excess)
    sharpe = math.nan if isinstance(shape, str) else shape.sharpe * math.sqrt(period.bars_per_year)
    values = {
        "p": p,
        "alpha": opened["alpha"],
        "margin": opened["alpha"] - p,
        "sharpe": sharpe,
        "bars": len(period.returns),
        "attempt": opened["attempt"],
    }
    origin = plan.snapshot.provenance.stated_origin
    word = origin.value if origin else ""
    return record_of(Record("holdout", subject, f"holdout:{date_of(sealed.after)}", word, now, values, True))


def _surprise(plan: Plan, period: Period, matched: Floats) -> float:
    """How surprising the excess over the benchmark is for a worthless record; 1 where it cannot be told."""
    options = BootstrapOptions(plan.options.seed, plan.options.intervals.draws, plan.options.intervals.level)
    price = price_search((period.returns - matched)[:, None], AGAINST, options, "holdout")
    return 1.0 if isinstance(price, str) else price.p(1)


def _matched(plan: Plan, start: int, exposure: float) -> Floats:
    """The benchmark's returns at the strategy's average net exposure over the sealed bars."""
    instants = plan.panel.instants[start:]
    cash = cash_returns(instants, plan.profile.cash_rate)
    borrowed = cash_returns(instants, plan.profile.margin_rate)
    return benchmark.matched_returns(plan.market[start:], exposure, cash, borrowed)


def opened_row(name: str, candidate: Candidate, body: dict[str, Any], at: int) -> Event:
    """The ledger's row for an opening."""
    return Event(at, Kind.HOLDOUT_OPENED, candidate.hypothesis, name, body=json.dumps(body, sort_keys=True))


def closed(record: Record | None, error: str = "") -> dict[str, Any]:
    """The row that ends an attempt: its result, or why there is none."""
    if record is None:
        return {"failed": error}
    return {"values": dict(replace(record).values), "evidence": record.hash}
