"""What a study found out, as one frozen value: the only thing that gates may look at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradewright.validation.figure import Figure
from tradewright.validation.search_price import SearchPrice
from tradewright.values.findings import Finding
from tradewright.values.provenance import Origin

if TYPE_CHECKING:
    from tradewright.validation.out_of_sample import OutOfSample

Parameter = float | int | str | bool


@dataclass(frozen=True)
class Waiver:
    """A finding's code that the study accepts, with its reason; it is shown under the verdict."""

    code: str
    reason: str


@dataclass(frozen=True)
class GridPoint:
    """One tried configuration and the annualised Sharpe ratio it gave, with its interval.

    `steps` is the point's place on each axis of the grid, in the order of `parameters`; empty where the
    pre-registered parameters lie off the grid.
    """

    parameters: tuple[tuple[str, Parameter], ...]
    steps: tuple[int, ...]
    sharpe: Figure
    is_headline: bool = False


@dataclass(frozen=True)
class Perturbed:
    """The reported parameters with one of them moved by a share of itself, and the Sharpe ratio that gave.

    `is_same` where the record is that of the reported parameters, bar for bar: the move asked nothing.
    """

    parameter: str
    moved: float
    value: Parameter
    sharpe: Figure
    is_same: bool = False


@dataclass(frozen=True)
class AuditRecord:
    """What an audit for look-ahead said of everything traded on: `code` and `level` of its certificate.

    `code` is DEPENDS_ON_FUTURE, NO_DEPENDENCE_OBSERVED, CAUSAL_BY_CONSTRUCTION or NOT_ASSESSED, the worst
    over `channels` outputs; `level` C1 (sampled), C2 (every row) or C4 (by construction), the weakest.
    """

    code: str
    level: str
    words: str
    channels: int


@dataclass(frozen=True)
class Evidence:
    """Everything gates are asked about; None means that nobody has found out, which never passes.

    `sharpe`, `doubled_costs` and `one_bar_later` are annualised Sharpe ratios over cash; `over_benchmark` is
    the mean return a year above the benchmark at matched exposure. `luck_sharpe` is what the best of `trials`
    worthless configurations would show; `lost_trials` says what the ledger has lost, `after_results` what was
    chosen with results in hand; both are empty for nothing.
    `sharpe_over_benchmark` is the excess per unit of risk. `search` prices the tries, over cash and over the
    benchmark; words say why it could not be done. `deflated_sharpe` is a probability, `participation` the
    largest share of its bars' volume that one order traded. `out_of_sample` is the
    record of a walk through folds. `earlier` of the tries are of other studies and priced by their records.
    `around` are the neighbours of the reported parameters, on the same bars as the grid's points.
    """

    origin: Origin | None = None
    survivors_only: bool | None = None
    caveats: tuple[str, ...] = ()
    findings: tuple[Finding, ...] | None = None
    waivers: tuple[Waiver, ...] = ()
    sharpe: Figure | None = None
    minimum_track_bars: Figure | None = None
    round_trips: Figure | None = None
    over_benchmark: Figure | None = None
    sharpe_over_benchmark: Figure | None = None
    doubled_costs: Figure | None = None
    one_bar_later: Figure | None = None
    grid: tuple[GridPoint, ...] | None = None
    around: tuple[Perturbed, ...] = ()
    has_volume: bool | None = None
    participation: Figure | None = None
    impact_is_charged: bool | None = None
    is_replayed: bool | None = None
    audit: AuditRecord | None = None
    trials: int | None = None
    lost_trials: str = ""
    after_results: str = ""
    luck_sharpe: Figure | None = None
    search: tuple[SearchPrice, ...] | str | None = None
    earlier: int = 0
    deflated_sharpe: Figure | None = None
    out_of_sample: "OutOfSample | None" = None
