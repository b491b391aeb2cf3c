"""How a study's numbers came about, in whole sentences, for every form in which they are told."""

import numpy as np

from tradewright.research.cautions import cautions_on
from tradewright.research.dossier.wording import counted
from tradewright.research.plan import Plan
from tradewright.research.result import StudyResult
from tradewright.validation.benchmark import HOW
from tradewright.values.instant import date_of
from tradewright.values.outcome import UNSETTLED, Outcome
from tradewright.values.panel import Panel
from tradewright.values.profile import MARGIN, USUAL_MARGINS
from tradewright.values.reading import Band


def notes_on(plan: Plan, result: StudyResult, models_before: str = "") -> tuple[str, ...]:
    """How the numbers came about, in whole sentences; `models_before` as in StudyContext."""
    period, profile = result.period, plan.profile
    first = date_of(int(period.instants[0]))
    notes = [
        *cautions_on(plan, result),
        *((models_before,) if models_before else ()),
        _in_sample(result),
        f"Figures begin on {first}, when the strategy could first decide; "
        f"the {counted(result.start_row, 'bar')} before it {'is' if result.start_row == 1 else 'are'} "
        "warm-up.",
        f"Ratios are annualised with {period.bars_per_year:g} bars a year. Excess returns are over the "
        f"profile's cash rate, {100 * profile.cash_rate:g} % in every year, not over historical bill rates.",
        f"Benchmark: {benchmark_words(plan)}, {HOW}.",
        "Turnover is one-sided: half of what was bought and sold, over the equity before each bar. Costs in "
        "bps a year are what each bar cost over the equity before it, added up and divided by the years.",
        *_draws_note(result),
    ]
    if plan.benchmark_snapshot is not None:
        notes += [f"Benchmark data: {caveat}" for caveat in plan.benchmark_snapshot.provenance.caveats]
    notes += _band_notes(result.headline.band)
    if plan.panel.is_close_only:
        notes.append(
            "The series hold closes only: orders fill at the next session's close, and no volume caps them."
        )
    split = sum(trip.splits != 1.0 for trip in result.trades)
    if split:
        trips = counted(split, "round trip")
        notes.append(f"{trips} lived through a split: prices and shares stand on the exit's basis.")
    open_trips = sum(trip.is_open for trip in result.trades)
    if open_trips:
        held = f"{counted(open_trips, 'position')} {'is' if open_trips == 1 else 'are'}"
        notes.append(f"{held} still open at the end, valued at the last close.")
    stale = stale_closings(plan.panel, result.headline.outcome)
    if stale:
        closed = f"{counted(stale, 'position')} {'was' if stale == 1 else 'were'}"
        notes.append(
            f"{closed} closed at the end at the price of an earlier bar: on the last one none printed."
        )
    waits = waits_of(result)
    if waits:
        notes.append(
            f"{counted(waits, 'time')} an order waited for cash that had not settled: what was sold is spent "
            "when it is there, not before."
        )
    refused = len(result.headline.outcome.refusals) - waits
    if refused:
        wishes = counted(refused, "wish", "wishes")
        notes.append(f"{wishes} became no order; refusals.parquet says why for each.")
    return tuple(notes)


def benchmark_words(plan: Plan) -> str:
    """What the study is held against."""
    wanted = plan.options.benchmark
    if wanted.kind == "universe":
        return "the study's own universe in equal weights"
    return f"{wanted.symbol or wanted.dataset} ({wanted.dataset})" if wanted.symbol else wanted.dataset


def margins_of(plan: Plan) -> tuple[str, ...]:
    """The names of the figures that bind the account; none where it is not on margin."""
    return tuple(USUAL_MARGINS) if plan.options.account.type == MARGIN else ()


def waits_of(result: StudyResult) -> int:
    """How often an order of the headline waited for proceeds to settle, counted once a bar."""
    return int(np.count_nonzero(result.headline.outcome.refusals["reason"] == UNSETTLED))


def balances_of(result: StudyResult) -> dict[str, float]:
    """What the headline's account held in each currency at the end, where it keeps balances."""
    outcome = result.headline.outcome
    last = outcome.balances[-1].tolist() if len(outcome.balances) else []
    return dict(zip(outcome.currencies, last, strict=False))


def stale_closings(panel: Panel, outcome: Outcome) -> int:
    """How many positions the end of a run closed at a price that had not printed on its last bar."""
    fills, orders = outcome.fills, outcome.orders
    # No other order fills on the row of its own decision.
    ending = fills[fills["row"] == orders["row"][fills["order_id"]]]
    last = panel.close[ending["row"], ending["asset"]]
    return int(np.count_nonzero(~((last > 0.0) & np.isfinite(last))))


def _in_sample(result: StudyResult) -> str:
    """What part of the history was held back."""
    every = "All figures" if result.walk is None else "All figures but those of the walk through folds"
    return f"{every} are in-sample: no part of the history was held back from whoever chose the idea."


def _draws_note(result: StudyResult) -> tuple[str, ...]:
    """How intervals were drawn, where there are any."""
    inside = result.sharpe.interval
    if inside is None:
        return ()
    return (
        f"Intervals: {inside.method}, {inside.draws:,} draws of {inside.block_bars:.0f}-bar blocks. The runs "
        "with doubled costs and one bar later use the headline's blocks: the same stretches, other terms.",
    )


def _band_notes(band: Band) -> list[str]:
    """What the bars left open, and whether the result's sign hangs on it."""
    final, fall = band.final_equity_usd, band.max_drawdown
    if not final.is_open:
        return []
    notes = [
        "Where a bar cannot tell what happened first, it is read against the strategy. The band around that: "
        f"equity ends between {final.low:,.0f} and {final.high:,.0f} $ (base {final.base:,.0f} $), the "
        f"largest drawdown is between {100 * fall.low:.1f} and {100 * fall.high:.1f} %."
    ]
    if band.sign_depends:
        notes.append(
            "The sign of the result depends on how these bars are read: finer bars must decide before "
            "anybody believes it."
        )
    return notes
