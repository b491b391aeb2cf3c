"""Everything a dossier says, as plain frozen values: a study fills them, the page only prints them.

Numbers that nobody evaluated are NaN (or None), with the reason in words beside them; they never become zero.
"""

from dataclasses import dataclass, field

import numpy as np

from tradewright.research.dossier.climb import Moved, Rung
from tradewright.values.findings import Finding
from tradewright.values.panel import Floats, Ints

PASS, FAIL, NOT_EVALUATED = "PASS", "FAIL", "NOT EVALUATED"
STATUSES = (PASS, FAIL, NOT_EVALUATED)


def _no_floats() -> Floats:
    """A series that nobody computed."""
    return np.zeros(0)


def _no_table() -> Floats:
    """A monthly table without a year."""
    return np.zeros((0, 12))


@dataclass(frozen=True)
class Quantity:
    """One named number or word of a set-up, with its unit: a parameter, a cost of the profile, an option."""

    name: str
    value: float | int | str | bool
    unit: str = ""


@dataclass(frozen=True)
class Identity:
    """Which study this is, and what would have to be typed to run it again.

    `created_at` is an ISO text handed in by the caller or empty: the page reads no clock.
    """

    title: str
    hypothesis: str
    study_hash: str
    run_id: str
    code_version: str
    seed: int
    created_at: str = ""


@dataclass(frozen=True)
class WaiverLine:
    """A finding's code that the study accepted, and why."""

    code: str
    reason: str


@dataclass(frozen=True)
class Passport:
    """The data's passport: exact snapshot, origin, and what a reader must be told about it.

    `origin` is "real" or "synthetic"; `caveats` are whole sentences and stand under the verdict.
    """

    snapshot_id: str
    dataset: str
    origin: str
    vendor: str
    licence: str
    calendar: str
    first: str
    last: str
    rows: int
    symbols: tuple[str, ...]
    survivors_only: bool | None = None
    caveats: tuple[str, ...] = ()
    findings: tuple[Finding, ...] | None = None
    waivers: tuple[WaiverLine, ...] = ()


@dataclass(frozen=True)
class Setup:
    """What was traded, how and with whose money.

    Units: `capital_usd` dollars; each quantity names its own.
    """

    period_first: str
    period_last: str
    universe: tuple[str, ...]
    strategy: str
    parameters: tuple[Quantity, ...]
    benchmark: str
    profile: str
    profile_numbers: tuple[Quantity, ...]
    capital_usd: float
    account: tuple[Quantity, ...] = ()
    strategy_about: str = ""


@dataclass(frozen=True)
class GateLine:
    """One gate of the verdict: `status` is PASS, FAIL or NOT EVALUATED, `reason` a sentence."""

    name: str
    status: str
    reason: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        """Refuse a fourth answer."""
        if self.status not in STATUSES:
            raise ValueError(f"gate '{self.name}' says '{self.status}'; it may say {', '.join(STATUSES)}")


@dataclass(frozen=True)
class VerdictLines:
    """The headline, its overall status and the gates it rests on."""

    headline: str
    status: str
    gates: tuple[GateLine, ...]

    def __post_init__(self) -> None:
        """Refuse a verdict that passes while one of its gates does not, or that rests on no gate."""
        if self.status not in STATUSES:
            raise ValueError(f"the verdict says '{self.status}'; it may say {', '.join(STATUSES)}")
        if self.status == PASS and (not self.gates or any(gate.status != PASS for gate in self.gates)):
            raise ValueError("a verdict passes only when it has gates and every one of them passes")


@dataclass(frozen=True)
class Ratio:
    """One measured number with its uncertainty, its sample and how both were obtained.

    Units: `value`, `low` and `high` in `unit` (one that begins with "share" is printed as per cent);
    NaN where not evaluated, and `reason` says why. `level` is the interval's coverage; `sample` counts
    `sample_of`.
    """

    name: str
    value: float
    unit: str
    sample: int
    how: str
    low: float = np.nan
    high: float = np.nan
    level: float = 0.95
    sample_of: str = "bars"
    reason: str = ""


@dataclass(frozen=True)
class Luck:
    """How often this hypothesis has been tried, and what chance alone would then show.

    Units: `sharpe` annualised like the Sharpe ratio beside it, NaN where not evaluated. `trials` counts
    finished, failed and interrupted ones alike; None where no ledger was kept. `p` prices the search and
    `p_how` says how it was found, or why it is NaN; `deflated` is the deflated Sharpe ratio, a probability.
    """

    trials: int | None
    sharpe: float
    how: str
    p: float = np.nan
    p_how: str = ""
    deflated: float = np.nan


@dataclass(frozen=True, eq=False)
class Series:
    """The account, bar by bar.

    Shape: each array is T, or empty where nobody computed it; NaN leaves a gap.
    Units: `_usd` dollars; `drawdown` and `benchmark_drawdown` share of the peak, zero or less; `gross` and
    `net` exposure as a multiple of equity; `turnover` one-sided, half of what was bought and
    sold as a share of the equity before it.
    `benchmark_usd` is held at the strategy's exposure: `benchmark_how` says in words how that was matched.
    """

    instants: Ints
    equity_usd: Floats
    benchmark_usd: Floats = field(default_factory=_no_floats)
    drawdown: Floats = field(default_factory=_no_floats)
    benchmark_drawdown: Floats = field(default_factory=_no_floats)
    gross: Floats = field(default_factory=_no_floats)
    net: Floats = field(default_factory=_no_floats)
    turnover: Floats = field(default_factory=_no_floats)
    benchmark_how: str = ""

    def __post_init__(self) -> None:
        """Refuse a series whose length is neither T nor zero."""
        bars = len(self.instants)
        names = ("benchmark_usd", "drawdown", "benchmark_drawdown", "gross", "net", "turnover")
        if len(self.equity_usd) != bars:
            raise ValueError(f"{bars} instants but {len(self.equity_usd)} values of equity")
        for name in names:
            if len(getattr(self, name)) not in (0, bars):
                raise ValueError(f"{name} has {len(getattr(self, name))} values; it may have {bars} or none")


@dataclass(frozen=True, eq=False)
class MonthlyReturns:
    """Net returns by calendar month.

    Shape: `returns` is Y x 12 and `annual` is Y, rows in the order of `years`.
    Units: share; NaN outside the period.
    """

    years: tuple[int, ...] = ()
    returns: Floats = field(default_factory=_no_table)
    annual: Floats = field(default_factory=_no_floats)

    def __post_init__(self) -> None:
        """Refuse a table whose rows are not its years."""
        if self.returns.shape != (len(self.years), 12) or len(self.annual) != len(self.years):
            raise ValueError(f"{len(self.years)} years but a table of {self.returns.shape}")


@dataclass(frozen=True)
class Trade:
    """One round trip: from flat to a position and back, or still open at the end.

    Units: `entry_at` and `exit_at` ns UTC (None: still open, what is held counts at the last mark); `qty` all
    shares that were opened, signed; prices dollars, spread included, NaN where unknown; both on the basis of
    the exit, where one share of the entry has become `splits`. `costs_usd` is spread and commission.
    Property: pnl = (exit price - entry price) x qty + dividends - commission.
    """

    symbol: str
    side: str
    entry_at: int
    entry_price: float
    exit_at: int | None
    exit_price: float
    qty: float
    pnl_usd: float
    costs_usd: float
    holding_days: float
    dividends_usd: float = 0.0
    commission_usd: float = 0.0
    splits: float = 1.0


@dataclass(frozen=True)
class CostLine:
    """What one cause took: positive is paid, negative was received; income is no part of the costs' total.

    Units: `usd` dollars over the period, `bps_a_year` basis points a year of the equity of its day.
    """

    cause: str
    usd: float
    bps_a_year: float
    is_income: bool = False


@dataclass(frozen=True, eq=False)
class Grid:
    """Every parameter setting that was tried, and what each gave.

    Shape: `values[k]` are the settings of parameter `names[k]`; `metric` has one dimension a parameter, NaN
    where a trial gave nothing. `chosen` is the index of the reported point, empty where it lies off the grid.
    `basis` says in a sentence over which bars the points were measured.
    """

    names: tuple[str, ...]
    values: tuple[tuple[float | int | str | bool, ...], ...]
    metric_name: str
    metric: Floats
    trials: int
    chosen: tuple[int, ...] = ()
    basis: str = ""

    def __post_init__(self) -> None:
        """Refuse a matrix that does not fit its parameters."""
        shape = tuple(len(values) for values in self.values)
        if self.metric.shape != shape or len(self.names) != len(self.values):
            raise ValueError(f"a metric of shape {self.metric.shape} over parameters of shape {shape}")
        inside = (0 <= at < size for at, size in zip(self.chosen, shape, strict=False))
        if self.chosen and not (len(self.chosen) == len(shape) and all(inside)):
            raise ValueError(f"the chosen point {self.chosen} is not on a grid of shape {shape}")


@dataclass(frozen=True)
class QualityLine:
    """One measure of execution against its limit; `standing` says in words what its interval decides."""

    ratio: Ratio
    limit: str
    standing: str


@dataclass(frozen=True)
class GapLine:
    """Overnight gaps of some nights. Units: `mean_gap` and `worst` as shares, NaN where there is none."""

    nights_of: str
    nights: int
    gaps: int
    large: int
    large_against: int
    mean_gap: float
    worst: float


@dataclass(frozen=True)
class StopLine:
    """Stops at a distance from the last close that the next open jumped. Units: shares of that close."""

    distance: float
    nights: int
    jumped: int
    mean_cost: float
    worst_cost: float


@dataclass(frozen=True)
class ShockLine:
    """What one shock would do. Units: shares of equity, positive is lost."""

    name: str
    when: str
    source: str
    last: float
    largest: float


@dataclass(frozen=True)
class GatewayLines:
    """What the gateway of the run did: its risk profile, and how often which check refused.

    `not_simulated` names limits of the profile that bars cannot tell; `killed` says when and by what the kill
    switch tripped, empty where it did not.
    """

    limits: str
    asked: int
    passed: int
    scaled: int
    refused: int
    refused_by: tuple[tuple[str, int], ...] = ()
    not_simulated: tuple[str, ...] = ()
    killed: str = ""


@dataclass(frozen=True)
class ExecutionLines:
    """How orders were executed, what the gateway said, and what the positions were open to.

    `own_stops` says in words what gaps did to the stop orders that the run had, empty where it had none.
    """

    quality: tuple[QualityLine, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    gateway: GatewayLines | None = None
    gaps: tuple[GapLine, ...] = ()
    stops: tuple[StopLine, ...] = ()
    own_stops: str = ""
    shocks: tuple[ShockLine, ...] = ()


@dataclass(frozen=True)
class CheckLine:
    """A cross-check that decides nothing: its number, the question it asks, and how its answer is read."""

    ratio: Ratio
    asks: str
    says: str


@dataclass(frozen=True)
class FoldLine:
    """One fold: first and last sessions in ns UTC, what was picked, and ratios a year (NaN: none)."""

    train_first: int
    train_last: int
    test_first: int
    test_last: int
    picked: str
    in_sample: float
    out_of_sample: float


@dataclass(frozen=True, eq=False)
class FoldLines:
    """The study walked forward: every fold, and the joined account on sessions that had no part in a choice.

    Shape: `instants` and `equity_usd` are M, the sessions out of sample. `how` is the walk in words.
    """

    how: str
    folds: tuple[FoldLine, ...]
    ratios: tuple[Ratio, ...]
    instants: Ints
    equity_usd: Floats


@dataclass(frozen=True)
class RefitLine:
    """One fit of a model: until when it knew outcomes, which rows it served (ns UTC), and what it became."""

    learnt_first: int
    learnt_last: int
    serves_first: int
    serves_last: int
    outcomes: int
    version: str
    story: str


@dataclass(frozen=True)
class CalibrationLine:
    """Forecasts of alike chance of a rise: the chance said, the share that rose, and how many."""

    said: float
    came: float
    count: int


@dataclass(frozen=True)
class HorizonLine:
    """The forecasts of one horizon: figures, what they say in sentences, how their chances held."""

    horizon_bars: int
    ratios: tuple[Ratio, ...]
    says: tuple[str, ...]
    calibration: tuple[CalibrationLine, ...]
    places: int


@dataclass(frozen=True)
class ForecastLines:
    """A model taught as time went by. `silent` counts what it abstained from, by reason, of all `asked`."""

    model: str
    about: str
    how: str
    recipe: tuple[Quantity, ...]
    features: int
    asked: int
    silent: tuple[tuple[str, int], ...]
    horizons: tuple[HorizonLine, ...]
    refits: tuple[RefitLine, ...]


@dataclass(frozen=True, eq=False)
class DossierContent:
    """A whole study, ready to print. None or an empty tuple means: not there, and the page says so in words.

    `notes` are whole sentences on how the numbers came about (for instance fills at the next close),
    `cautions` those on what happened to the account that must be known before any number is believed.
    `full_trades_file` names the artifact that holds what a long trade list leaves out. `expected` is the
    Sharpe ratio to expect live, then the bars of trading that would confirm it. `ladder` are the stages up to
    paper, `moved` the reported parameters moved one at a time.
    """

    identity: Identity
    passport: Passport
    setup: Setup
    verdict: VerdictLines
    sharpe: Ratio
    luck: Luck
    ratios: tuple[Ratio, ...] = ()
    series: Series | None = None
    monthly: MonthlyReturns | None = None
    trades: tuple[Trade, ...] | None = None
    costs: tuple[CostLine, ...] | None = None
    grid: Grid | None = None
    notes: tuple[str, ...] = ()
    full_trades_file: str = "fills.parquet"
    cautions: tuple[str, ...] = ()
    audit: tuple[Quantity, ...] = ()
    execution: ExecutionLines | None = None
    folds: FoldLines | None = None
    checks: tuple[CheckLine, ...] = ()
    forecasts: ForecastLines | None = None
    expected: tuple[Ratio, ...] = ()
    ladder: tuple[Rung, ...] = ()
    moved: tuple[Moved, ...] = ()
