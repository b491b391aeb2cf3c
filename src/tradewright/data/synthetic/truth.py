"""The truth about a planted edge: the Sharpe ratio the model itself gives, not the one a path showed.

Many unpublished paths of the same market (same names, loadings and listings) are walked. On each session the
model's own conditional mean m and variance v of a portfolio's return are written down; what it then happened
to earn does not enter:

    true Sharpe = sqrt(252) * E[m] / sqrt(E[v] + Var[m])

Expectations are taken regime by regime and joined with each regime's long-run share, which is known exactly.
Source: the law of total variance; Casella and Robert (1996), Biometrika 83(1), on conditioning.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tradewright.data.synthetic.edges import Edge, Ground, find, planted
from tradewright.data.synthetic.factors import Characters, Weather, base_returns, other_weather, split_causes
from tradewright.data.synthetic.listings import MEAN_LOSS, MEAN_SQUARED_LOSS, Schedule, chance_of_delisting
from tradewright.data.synthetic.options import SESSIONS_PER_YEAR, SyntheticOptions
from tradewright.data.synthetic.portfolios import DEFINITIONS, Scoreboard, weights_of
from tradewright.data.synthetic.volatility import regime_drift, regime_shares, regime_volatility
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats, Ints

# Sessions walked before the first published one, so that volatility and scores have settled.
BURN_IN = 320
FEWEST_PATHS, MOST_PATHS = 4, 64
# Sessions x names over all paths: about 150 years of 60 names, within half a second.
WALKED_BARS = 2_400_000
# An expected return of 1 % a session for a score of one: beyond it prices would run away with the edge.
LARGEST_AMPLITUDE = 0.01
CALIBRATION_ROUNDS = 4
CALIBRATION_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Stage:
    """One market with everything fixed but its weather and the amplitude of its edge."""

    options: SyntheticOptions
    names: Characters
    schedule: Schedule
    month_starts: Ints

    @property
    def edge(self) -> Edge:
        """The planted edge."""
        return find(self.options.edge)

    @property
    def sessions(self) -> int:
        """Sessions walked, burn-in included."""
        return BURN_IN + self.schedule.sessions

    @cached_property
    def ground(self) -> Ground:
        """Who is listed, scored and leading, burn-in included."""
        return self.edge.ground(self.schedule.listed(BURN_IN), self.names.sector)

    def walk(self, base: Floats, amplitude: float) -> tuple[Floats, Floats]:
        """Returns and scores of given base returns under an edge of this amplitude a session."""
        return planted(base, self.ground, self.edge, amplitude)

    def board(self, scores: Floats) -> Scoreboard:
        """What portfolios choose from."""
        # Monthly portfolios enter the first published session already chosen.
        choices = np.concatenate([[BURN_IN - 2], self.month_starts + BURN_IN])
        return Scoreboard(scores, self.ground.scored, self.ground.listed, choices)


@dataclass(frozen=True)
class TrueSharpe:
    """What a portfolio earns by the model. Units: annualised; the error is of the walk, not of a path."""

    sharpe: float
    standard_error: float
    annual_return: float
    annual_volatility: float


@dataclass(frozen=True)
class Truth:
    """What was planted and what each portfolio truly earns. Units: amplitude a session for a score of one."""

    amplitude: float
    portfolios: dict[str, TrueSharpe]
    paths: int


def measured(stage: Stage) -> Truth:
    """Find the amplitude that gives the reference portfolio the ratio asked for, and measure all portfolios.

    Raises: InvalidOption where no amplitude can give so high a ratio in this market.
    """
    paths = int(np.clip(WALKED_BARS // (stage.sessions * stage.options.names), FEWEST_PATHS, MOST_PATHS))
    weather = other_weather(stage.options, stage.names, stage.sessions, paths)
    base = base_returns(stage.options, weather, stage.names)
    amplitude, scores = _calibrated(stage, weather, base)
    board = stage.board(scores)
    sums = {
        name: _moments(stage, weather, (scores, weights_of(name, board)), amplitude) for name in DEFINITIONS
    }
    earned = {name: _true_sharpe(seen, stage.options) for name, seen in sums.items()}
    return Truth(amplitude, earned, paths)


def _calibrated(stage: Stage, weather: Weather, base: Floats) -> tuple[float, Floats]:
    """The amplitude whose reference portfolio has the Sharpe ratio asked for, and the scores under it."""
    target = stage.options.edge_sharpe
    amplitude, (_, scores) = 0.0, stage.walk(base, 0.0)
    for _ in range(CALIBRATION_ROUNDS if target > 0 else 0):
        weights = weights_of("reference", stage.board(scores))
        now = _true_sharpe(_moments(stage, weather, (scores, weights), amplitude), stage.options).sharpe
        if abs(now / target - 1.0) < CALIBRATION_TOLERANCE:
            break
        # The edge bends later returns and so the scores a little: solve as if it did not, then look again.
        amplitude = _solved(stage, _moments(stage, weather, (scores, weights), 1.0))
        _, scores = stage.walk(base, amplitude)
    return amplitude, scores


def _solved(stage: Stage, per_unit: Floats) -> float:
    """The amplitude that reaches the target if the mean grows with it and the variance does not."""
    mean, square, variance = _expected(per_unit.sum(axis=0), stage.options)
    target = stage.options.edge_sharpe / np.sqrt(SESSIONS_PER_YEAR)
    room = mean**2 - target**2 * (square - mean**2)
    amplitude = target * np.sqrt(variance / room) if room > 0 else np.inf
    if not amplitude < LARGEST_AMPLITUDE:
        raise InvalidOption(
            f"edge_sharpe = {stage.options.edge_sharpe:g} with {stage.options.names} names is beyond reach.",
            "Ask for a lower ratio or for more names.",
        )
    return float(amplitude)


def _moments(stage: Stage, weather: Weather, held: tuple[Floats, Floats], amplitude: float) -> Floats:
    """Sums of 1, m, m^2 and v of a portfolio's next return, by regime of the session that brings it.

    Shape: R x regimes x 4; `held` are scores and weights, T x R x N. Rows of the burn-in are left out.
    """
    now, after = slice(BURN_IN - 1, stage.sessions - 1), slice(BURN_IN, stage.sessions)
    scores, weights = held[0][now], held[1][now]
    regimes = weather.regimes[after]
    risk = chance_of_delisting(stage.options) * stage.schedule.at_risk(BURN_IN)[now][:, None, :]
    mean = (weights * (amplitude * scores - MEAN_LOSS * risk)).sum(axis=-1)
    mean += weights.sum(axis=-1) * regime_drift(stage.options)[regimes]
    variance = _variance(stage, weather.variance[after], weights)
    variance *= np.square(regime_volatility(stage.options))[regimes]
    variance += (np.square(weights) * (MEAN_SQUARED_LOSS * risk)).sum(axis=-1)
    seen = np.stack([np.ones_like(mean), mean, np.square(mean), variance])
    return np.stack([(seen * (regimes == k)).sum(axis=1).T for k in (0, 1)], axis=1)


def _variance(stage: Stage, causes: Floats, weights: Floats) -> Floats:
    """T x R: variance of a portfolio's return from all causes, before the regime's multiple."""
    market, sectors, own = split_causes(causes, stage.options.sectors)
    variance: Floats = market * np.square((weights * stage.names.beta).sum(axis=-1))
    for number in range(stage.options.sectors):
        exposure = weights[..., stage.names.sector == number].sum(axis=-1)
        variance += sectors[..., number] * np.square(exposure)
    variance += (own * np.square(weights)).sum(axis=-1)
    return variance


def _expected(sums: Floats, options: SyntheticOptions) -> Floats:
    """E[m], E[m^2] and E[v] in the long run, from sums by regime (regimes x 4)."""
    counts = sums[:, 0]
    # A short walk may never meet a regime: then those it met stand for all.
    shares = np.where(counts > 0, regime_shares(options), 0.0)
    means = sums[:, 1:] / np.maximum(counts, 1.0)[:, None]
    expected: Floats = (shares[:, None] * means).sum(axis=0) / shares.sum()
    return expected


def _true_sharpe(sums: Floats, options: SyntheticOptions) -> TrueSharpe:
    """The ratio over all paths, with the jackknife over paths as its error."""
    whole = sums.sum(axis=0)
    mean, deviation = _yearly(_expected(whole, options))
    left_out = [_yearly(_expected(whole - path, options)) for path in sums]
    ratios = np.array([m / d if d > 0 else 0.0 for m, d in left_out])
    error = np.sqrt((len(ratios) - 1) * np.mean(np.square(ratios - ratios.mean())))
    sharpe = mean / deviation if deviation > 0 else 0.0
    return TrueSharpe(sharpe, float(error), mean, deviation)


def _yearly(expected: Floats) -> tuple[float, float]:
    """Mean and deviation of a year's return from those of a session; what is rounding noise is nothing."""
    mean, square, variance = (float(value) for value in expected)
    mean = mean if abs(mean) > 1e-15 else 0.0
    deviation = np.sqrt(variance + max(square - mean**2, 0.0))
    return mean * SESSIONS_PER_YEAR, float(deviation * np.sqrt(SESSIONS_PER_YEAR))
