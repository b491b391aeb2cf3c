"""A study made ready: exact data, every configuration built and checked, before anything is run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.data.adjustments import growth_index
from tradewright.data.currency import in_currency, profile_in
from tradewright.execution.limits import registry as risk_profiles
from tradewright.execution.profiles import registry as profiles
from tradewright.research.drawing import slowest
from tradewright.research.fold_options import folds_of
from tradewright.research.model_plan import check_reader, model_walk_of, recipe_of
from tradewright.research.points import About, Neighbour, Point, built, neighbours_of, own_source, points_of
from tradewright.research.search_options import (
    OPTUNA,
    Axis,
    SearchOptions,
    refuse_too_many,
    refuse_without_optuna,
    space_of,
)
from tradewright.research.study import (
    BenchmarkOptions,
    StudyOptions,
    choices,
    plain,
    study_hash,
)
from tradewright.runs import strategy_source as strategies
from tradewright.strategies.contract import Strategy
from tradewright.validation.benchmark import equal_weight_returns, held_returns
from tradewright.values.balances import check_interest_counts
from tradewright.values.errors import Blocked, InvalidOption, NotFound, unknown_name
from tradewright.values.findings import Finding, Level
from tradewright.values.instant import NS_PER_DAY, Instant, date_of
from tradewright.values.panel import DELISTING, MERGER, RENAME, Floats, Ints, Panel
from tradewright.values.profile import ExecutionProfile
from tradewright.values.provenance import Snapshot

if TYPE_CHECKING:
    from tradewright.data.catalogue import Catalogue
    from tradewright.data.content import DatasetContent
    from tradewright.runs.manifest import Causes
    from tradewright.runs.model_walk import ModelWalk
    from tradewright.validation.walk_forward import Fold

# Fewer bars than this after the longest warm-up say nothing about anything.
LEAST_BARS = 30
TIERS = "commission_tiers"
_FORMS = {
    True: "Give a list of pairs, [[0, 0.005], [300000, 0.002]]: shares of the month, dollars a share.",
    False: "Give a number.",
}
END_OF_DATA = Instant(2**62)
# A benchmark whose last bar is older than this when the study ends has stopped, not rested over holidays.
LATE_END_NS = 7 * NS_PER_DAY

Sources = Mapping[str, Callable[[], "DatasetContent"]]


@dataclass(frozen=True, eq=False)
class Shelf:
    """Where a study's data come from.

    `sources` make datasets that can be made on the spot, such as a packaged history. `pins` name the exact
    snapshot for a dataset's name: a replay reads what the run read, whatever was ingested since.
    """

    catalogue: "Catalogue"
    now: Instant
    sources: Sources = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)

    def snapshot(self, name: str) -> Snapshot:
        """The snapshot behind a dataset's name or an id; made first where it is missing and can be made.

        Raises: NotFound.
        """
        try:
            return self.catalogue.resolve(self.pins.get(name, name))
        except NotFound:
            if name in self.pins or name not in self.sources:
                raise
            return self.catalogue.commit(self.sources[name](), self.now)


@dataclass(frozen=True)
class Beside:
    """A benchmark that is an instrument of a dataset."""

    snapshot: Snapshot
    symbol: str


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything a study needs to run, read and checked.

    Shape: `market` is T - 1 returns of the benchmark, beside the panel's T rows. `points` begins with the
    headline, the pre-registered parameters; the grid, or what was drawn, follows in its own order. `folds`
    hold panel rows. `axes` are what folds search; `slowest_bars` the longest warm-up they may come upon.
    `around` are the headline's neighbours, which no fold picks.
    `walk` is the model to teach, None without one; once taught its forecasts stand in the panel.
    """

    options: StudyOptions
    study: str
    snapshot: Snapshot
    benchmark_snapshot: Snapshot | None
    panel: Panel
    market: Floats
    findings: tuple[Finding, ...]
    profile: ExecutionProfile
    points: tuple[Point, ...]
    folds: "tuple[Fold, ...]" = ()
    axes: tuple[Axis, ...] = ()
    slowest_bars: int = 1
    around: tuple[Neighbour, ...] = ()
    walk: "ModelWalk | None" = None

    @property
    def search(self) -> SearchOptions:
        """How its configurations are chosen."""
        return self.options.search or SearchOptions()

    @property
    def headline(self) -> Point:
        """The configuration that was registered before anything ran."""
        return self.points[0]

    @property
    def config(self) -> dict[str, Any]:
        """All that was asked for, as plain content: with seed, code and snapshot it names the run."""
        beside = self.benchmark_snapshot.id if self.benchmark_snapshot else ""
        asked = {"study": plain(self.options), "benchmark_snapshot": beside}
        # The package's own strategies are part of the code version; a user's file has to name itself.
        own = own_source(self.options, self.headline.strategy)
        asked |= {"strategy_source": own} if own else {}
        return {**asked, "model_recipe": self.recipe} if self.walk else asked

    @property
    def recipe(self) -> dict[str, Any]:
        """All that names the model's recipe; empty without one."""
        return recipe_of(self.walk, self.options.model)

    @property
    def tried_on(self) -> About:
        """What its configurations are tried on and with."""
        return About(self.snapshot, self.recipe)

    @property
    def common_start(self) -> int:
        """The first row at which every configuration could have decided, so that the grid compares alike."""
        every = (*self.points, *(one.point for one in self.around))
        return max(self.slowest_bars - 1, *(self.first_row(point.strategy) for point in every))

    @property
    def start_row(self) -> int:
        """The row of the headline's first possible decision."""
        return self.first_row(self.headline.strategy)

    def first_row(self, strategy: Strategy) -> int:
        """The first row on which a strategy could decide: before it, an idle account says nothing."""
        return _first_row(strategy, self.walk)

    @property
    def lookback_bars(self) -> int:
        """How many rows the headline's decision is made of: by the strategy itself, or by its model."""
        by_model = self.walk.features.warm_up_bars + self.walk.model.lookback_bars - 1 if self.walk else 0
        return max(self.headline.strategy.warm_up_bars, by_model)


def prepare(options: StudyOptions, shelf: Shelf) -> Plan:
    """Resolve data, build every configuration, and let quality errors block what does not waive them.

    Raises: NotFound, UnknownName, InvalidOption, Blocked; nothing has been run or counted then.
    """
    # Names and bounds first: a misspelt parameter should not wait for data to be read.
    _check_waivers(options)
    profile = profile_of(options)
    risk_profiles.find(options.execution.limits)
    headline = strategies.build(options.strategy.name, dict(options.strategy.parameters))
    axes = space_of(options.drawn, headline) if options.drawn else ()
    refuse_without_optuna(options.search)
    walk = model_walk_of(options.model, options.seed)
    check_reader(headline, options.model, options.strategy.name)
    snapshot = _resolve(options, shelf)
    symbols = None if options.universe.symbols == "all" else options.universe.symbols
    currency = options.account.currency
    panel = in_currency(_cut(shelf.catalogue.panel(snapshot, _as_of(options), symbols), options), currency)
    check_interest_counts(panel, options.account)
    profile = profile_in(profile, panel)
    beside = _beside(options, shelf)
    findings = _findings(shelf, snapshot, panel.symbols) + _findings_beside(shelf, snapshot, panel, beside)
    _block_on_errors(findings, options)
    market = _market(options, shelf, panel, beside, _first_row(headline, walk))
    tried_on = About(snapshot, recipe_of(walk, options.model))
    points = points_of(options, headline, tried_on, axes)
    other, study = beside.snapshot if beside else None, study_hash(options)
    plan = Plan(options, study, snapshot, other, panel, market, findings, profile, points, walk=walk)
    if walk is not None:
        walk.stretches(panel)  # a period too short for its refits is told before anything is tried
    if options.is_perturbed:
        plan = replace(plan, around=neighbours_of(options, headline, tried_on))
    if options.drawn and options.drawn.method == OPTUNA:
        plan = replace(plan, axes=axes, slowest_bars=max(1, slowest(axes, partial(built, options))))
    if len(panel.instants) < plan.common_start + LEAST_BARS:
        raise InvalidOption(
            f"the period holds {len(panel.instants)} sessions; warm-up takes up to {plan.common_start + 1}.",
            f"At least {LEAST_BARS} must follow it: widen [period] or shorten the warm-up.",
        )
    if options.folds is None:
        return plan
    folds = folds_of(options.folds, panel.instants, plan.common_start)
    refuse_too_many(plan.search, len(folds))
    return replace(plan, folds=folds)


def _first_row(strategy: Strategy, walk: "ModelWalk | None") -> int:
    """The first row on which a strategy could decide: it is warm, and what it reads has been forecast."""
    return max(strategy.warm_up_bars - 1, walk.first_row if walk else 0, 0)


def profile_of(options: StudyOptions) -> ExecutionProfile:
    """The study's execution profile; one with its own numbers says so in its name.

    Raises: UnknownName for a profile or a number that is not there, InvalidOption for a value out of bounds.
    """
    named, own = profiles.find(options.execution.profile), options.execution.override
    named = replace(named, seed=options.seed)
    known = [*named.numbers(), TIERS]
    for name, value in own.items():
        if name not in known:
            raise unknown_name(name, "number of an execution profile ([execution.override])", known)
        if isinstance(value, tuple) != (name == TIERS):
            raise InvalidOption(f"[execution.override] {name} = {value}.", _FORMS[name == TIERS])
    if not own:
        return named
    words = ", ".join(f"{name} = {_spoken(value)}" for name, value in own.items())
    given: dict[str, Any] = dict(own)
    return replace(named, name=f"{named.name} with {words}", **given)


def _spoken(value: float | tuple[tuple[float, float], ...]) -> str:
    """An overridden value in the profile's name."""
    if isinstance(value, tuple):
        return " and ".join(f"{price:g} $ from {shares:,.0f} shares" for shares, price in value)
    return f"{value:g}"


def _resolve(options: StudyOptions, shelf: Shelf) -> Snapshot:
    """The snapshot the study reads; a synthetic market is made from the study's own options."""
    if options.data.synthetic is None or options.data.dataset in shelf.pins:
        return shelf.snapshot(options.data.dataset)
    from tradewright.data.synthetic.make import make
    from tradewright.data.synthetic.options import options_of

    given = {"name": options.data.dataset, **options.data.synthetic}
    return shelf.catalogue.commit(make(options_of(given)), shelf.now)


def _as_of(options: StudyOptions) -> Instant:
    """The end of the period's last day, UTC: what became known later does not exist for this study."""
    return END_OF_DATA if options.period.end is None else _midnight(options.period.end + timedelta(days=1))


def _midnight(day: Any) -> Instant:
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Instant(int(moment.timestamp()) * 1_000_000_000)


def _cut(panel: Panel, options: StudyOptions) -> Panel:
    """The panel from the period's first day on."""
    start = options.period.start
    # A bar that is known at midnight covers the day before.
    after = None if start is None else np.searchsorted(panel.instants, _midnight(start), side="right")
    first = 0 if after is None else int(after)
    if first >= len(panel.instants):
        raise InvalidOption(
            f"the data hold no session from {start or 'their start'} to {options.period.end or 'their end'}.",
            "Widen [period].",
        )
    return panel.rows(first, len(panel.instants)) if first else panel


def _beside(options: StudyOptions, shelf: Shelf) -> Beside | None:
    """The instrument the study is held against; None where that is its own universe."""
    wanted = options.benchmark
    if wanted.kind == "universe":
        return None
    snapshot = shelf.snapshot(wanted.dataset)
    return Beside(snapshot, _only_symbol(wanted, snapshot))


def _market(options: StudyOptions, shelf: Shelf, panel: Panel, beside: Beside | None, start: int) -> Floats:
    """Returns of the benchmark at the study's own instants, T - 1.

    Raises: InvalidOption where an instrument is not known all the way from row `start` to the end: a stretch
    that nobody knows would count as one without a gain, and be easy to beat.
    """
    if beside is None:
        return equal_weight_returns(living(panel))
    other = shelf.catalogue.panel(beside.snapshot, _as_of(options), (beside.symbol,))
    other = in_currency(other, panel.currency)
    known = other.instants[np.isfinite(other.close[:, 0])]
    wanted = panel.instants[start:]
    if len(wanted) and (not len(known) or known[0] > wanted[0] or known[-1] < wanted[-1] - LATE_END_NS):
        span = f"from {date_of(int(known[0]))} to {date_of(int(known[-1]))}" if len(known) else "on no day"
        raise InvalidOption(
            f"the benchmark {beside.symbol} ({beside.snapshot.dataset}) is known {span}; the study's figures "
            f"run from {date_of(int(wanted[0]))} to {date_of(int(wanted[-1]))}.",
            "Set [period] inside both, or choose another [benchmark].",
        )
    return held_returns(aligned(growth_index(other)[:, 0], other.instants, panel.instants))


def living(panel: Panel) -> Floats:
    """The growth of each instrument as long as it can be held: NaN after the row of its delisting.

    Shape: T x N. Who holds all names alike puts what a delisting paid into those that are left.
    """
    growth = growth_index(panel)
    for act in panel.actions[np.isin(panel.actions["kind"], (DELISTING, MERGER, RENAME))]:
        growth[act["row"] + 1 :, act["asset"]] = np.nan
    return growth


def aligned(values: Floats, known_at: Ints, instants: Ints) -> Floats:
    """The last value known at each instant; NaN before the first. Never one from later."""
    at = np.searchsorted(known_at, instants, side="right") - 1
    return np.where(at >= 0, values[np.maximum(at, 0)], np.nan)


def _only_symbol(wanted: BenchmarkOptions, snapshot: Snapshot) -> str:
    if wanted.symbol or len(snapshot.symbols) == 1:
        return wanted.symbol or snapshot.symbols[0]
    raise InvalidOption(
        f"[benchmark] dataset '{wanted.dataset}' holds {len(snapshot.symbols)} instruments.",
        "Add symbol = '...'.",
    )


def _findings(shelf: Shelf, snapshot: Snapshot, symbols: tuple[str, ...]) -> tuple[Finding, ...]:
    """What the quality report says of the dataset as a whole and of the instruments used."""
    wanted = {"", *symbols}
    return tuple(finding for finding in shelf.catalogue.findings(snapshot) if finding.symbol in wanted)


def _findings_beside(
    shelf: Shelf, snapshot: Snapshot, panel: Panel, beside: Beside | None
) -> tuple[Finding, ...]:
    """What the report says of the benchmark's data: a crash that never was is easy to beat."""
    if beside is None:
        return ()
    wanted = {beside.symbol} - set(panel.symbols) if beside.snapshot == snapshot else {"", beside.symbol}
    found = shelf.catalogue.findings(beside.snapshot)
    return tuple(replace(one, message=f"benchmark: {one.message}") for one in found if one.symbol in wanted)


def _check_waivers(options: StudyOptions) -> None:
    """A waiver for a code that no check ever gives would look like care and do nothing."""
    from tradewright.data.checks.codes import CODES

    for waiver in options.waivers:
        if waiver.code not in CODES:
            raise unknown_name(waiver.code, "code of the quality report ([[waivers]])", CODES)


def _block_on_errors(findings: tuple[Finding, ...], options: StudyOptions) -> None:
    waived = {waiver.code for waiver in options.waivers}
    errors = [one for one in findings if one.level is Level.ERROR and one.code not in waived]
    if not errors:
        return
    codes = sorted({one.code for one in errors})
    raise Blocked(
        f"the data have errors: {', '.join(codes)}. First: {errors[0].symbol} {errors[0].message}".strip(),
        f'Mend the data, or accept them in the study: [[waivers]] code = "{codes[0]}" reason = "...".',
    )


def about(plan: Plan, causes: "Causes") -> dict[str, Any]:
    """On what a study's configurations are tried, as the ledger keeps it with each of them.

    `until` is the last instant read, ns UTC: a holdout after it has not been seen. `choices` are those that a
    look at results must not change.
    """
    recipe = {"model": plan.recipe} if plan.walk else {}
    return {
        **recipe,
        "code": causes.code_version,
        "data": plan.snapshot.id,
        "dataset": plan.snapshot.dataset,
        "config": causes.config_hash,
        "seed": causes.seed,
        "strategy": plan.options.strategy.name,
        "until": int(plan.panel.instants[-1]),
        "choices": choices(plan.options),
    }
