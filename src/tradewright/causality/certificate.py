"""The certificate of an audit: its verdicts and everything needed to judge and repeat them."""

from dataclasses import dataclass

from tradewright.causality.verdict import AuditLevel, Stage, Verdict, exit_code, worst


@dataclass(frozen=True)
class ChannelVerdict:
    """One output of the target and what was found about it."""

    channel: str
    verdict: Verdict


@dataclass(frozen=True)
class Coverage:
    """What was run: `calls` of the target over `rows_run` rows in all, at `cuts` different instants.

    `row_ratio` is rows run over the rows of one batch run, `time_ratio` the same in time (None: no clock).
    `interventions` counts what was done to the future by its name.
    """

    calls: int = 0
    rows: int = 0
    rows_run: int = 0
    cuts: int = 0
    interventions: tuple[tuple[str, int], ...] = ()
    time_ratio: float | None = None

    @property
    def row_ratio(self) -> float:
        """Rows run in all, over the rows of one batch run."""
        return self.rows_run / self.rows if self.rows else 0.0

    def __str__(self) -> str:
        """In words."""
        done = sum(count for _, count in self.interventions)
        if not done and self.rows and self.cuts == self.rows:
            return f"asked row by row at all {self.rows:,} rows"
        return f"{done:,} changes of the future at {self.cuts:,} instants of {self.rows:,} rows"


@dataclass(frozen=True)
class Dependence:
    """How strongly an output follows an input at each lag; negative lags are rows ahead of the decision.

    Shape: `strength` runs beside `lags`. Units: share of the largest response of that output, 0 to 1.
    """

    channel: str
    source: str
    lags: tuple[int, ...]
    strength: tuple[float, ...]


@dataclass(frozen=True)
class Triangle:
    """How far each decision moves when each row is moved: `strength[decision][moved row]`, 0 to 1.

    Shape: R x R over the row numbers `rows`, in the order of time. Above the diagonal lie rows that were
    later than the decision.
    """

    channel: str
    rows: tuple[int, ...]
    strength: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Certificate:
    """What an audit found, how it looked, and on which code and data.

    `code_hash` and `data_hash` are SHA-256; `tolerance` the share of a channel's scale below which a
    difference counts as rounding; `not_assessed` lists in words what was left out; `reproducer` is a script
    that shows the first finding and runs alone.
    """

    target: str
    channels: tuple[ChannelVerdict, ...]
    level: AuditLevel
    coverage: Coverage
    tolerance: float
    seeds: tuple[int, ...]
    stage: Stage = Stage.FEATURES
    code_hash: str = ""
    data_hash: str = ""
    not_assessed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reproducer: str = ""
    dependence: tuple[Dependence, ...] = ()
    triangles: tuple[Triangle, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict that decides over all channels."""
        return worst(tuple(one.verdict for one in self.channels))

    @property
    def exit_code(self) -> int:
        """0, 1 or 3; see `verdict.exit_code`."""
        return exit_code(self.verdict)
