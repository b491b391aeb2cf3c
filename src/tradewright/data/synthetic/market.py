"""One made market as plain arrays: its truth first, then the one path that is shown."""

from dataclasses import dataclass

import numpy as np

from tradewright.data.synthetic.bars import Bars, drawn_bars, visible
from tradewright.data.synthetic.corporate import Event, raw_closes
from tradewright.data.synthetic.factors import Weather, base_returns, characters, drawn_weather, split_causes
from tradewright.data.synthetic.listings import schedule
from tradewright.data.synthetic.options import SESSIONS_PER_YEAR, SyntheticOptions
from tradewright.data.synthetic.portfolios import weights_of
from tradewright.data.synthetic.truth import BURN_IN, Stage, Truth, measured
from tradewright.data.synthetic.volatility import regime_volatility
from tradewright.values.panel import Floats, Ints


@dataclass(frozen=True, eq=False)
class Market:
    """A made market: what is fixed, what is true, and what happened.

    Shape: `returns` and `scores` (burn-in + T) x N, of every name, listed or not; `bars` T x N.
    Units: `returns` are total simple returns of a session before rounding to ticks.
    """

    stage: Stage
    truth: Truth
    weather: Weather
    returns: Floats
    scores: Floats
    bars: Bars
    events: list[Event]

    def portfolio_returns(self, portfolio: str) -> Floats:
        """What a named portfolio of portfolios.py happened to earn on the path shown, gross of costs.

        Shape: T, one a published session; the first is earned on weights of the burn-in's last close.
        """
        weights = weights_of(portfolio, self.stage.board(self.scores[:, None, :]))[:, 0]
        held = weights[BURN_IN - 1 : -1]
        earned: Floats = (held * self.holders_returns()).sum(axis=1)
        return earned

    def holders_returns(self) -> Floats:
        """T x N: returns of the published sessions as holders had them, a delisting's loss included."""
        listed = self.stage.schedule
        returns = self.returns[BURN_IN:].copy()
        gone = np.flatnonzero(listed.delisted)
        returns[listed.last_row[gone] + 1, gone] = listed.recovery[gone] - 1.0
        return returns

    def path_sharpe(self, portfolio: str) -> float:
        """The annualised Sharpe ratio a portfolio happened to have on the path shown: truth plus luck."""
        earned = self.portfolio_returns(portfolio)
        deviation = float(earned.std())
        return float(earned.mean()) / deviation * SESSIONS_PER_YEAR**0.5 if deviation > 0 else 0.0


def simulate(options: SyntheticOptions, sessions: int, month_starts: Ints) -> Market:
    """Make a market of T sessions; `month_starts` are the rows at which monthly portfolios choose.

    Raises: InvalidOption where no edge can be as strong as asked for.
    """
    names, listed = characters(options), schedule(options, sessions)
    stage = Stage(options, names, listed, month_starts)
    truth = measured(stage)
    weather = drawn_weather(options, names, stage.sessions)
    returns, scores = stage.walk(base_returns(options, weather, names), truth.amplitude)
    returns, scores = returns[:, 0], scores[:, 0]
    moves = np.log1p(returns[BURN_IN:])
    closes, events = raw_closes(np.exp(np.cumsum(moves, axis=0)), options, names, listed)
    bars = drawn_bars(closes, moves, _spread(stage, weather), names, options)
    return Market(stage, truth, weather, returns, scores, _shown(bars, stage), events)


def _spread(stage: Stage, weather: Weather) -> Floats:
    """T x N: each name's standard deviation in each published session, as the model has it."""
    causes = weather.variance[BURN_IN:, 0]
    market, sectors, own = split_causes(causes, stage.options.sectors)
    variance = own + market[:, None] * np.square(stage.names.beta) + sectors[:, stage.names.sector]
    multiple = regime_volatility(stage.options)[weather.regimes[BURN_IN:, 0]]
    return np.sqrt(variance) * multiple[:, None]


def _shown(bars: Bars, stage: Stage) -> Bars:
    """The bars with NaN where a name is not listed or its bar is missing."""
    shown = visible(stage.options, stage.schedule)
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    return Bars(*(np.where(shown, column, np.nan) for column in columns))
