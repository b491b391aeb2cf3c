"""What moves prices together: one market, several sectors, and each name's own news.

Dimensions: T sessions (burn-in included), R independent paths of the same market, C causes, N names.
The causes stand in one axis: the market first, then the sectors, then the names' own news.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.data.synthetic.options import SESSIONS_PER_YEAR, SyntheticOptions
from tradewright.data.synthetic.streams import stream
from tradewright.data.synthetic.volatility import (
    clustered_variance,
    innovations,
    regime_drift,
    regime_path,
    regime_volatility,
)
from tradewright.values.panel import Floats, Ints

PAYERS_SHARE = 0.7


@dataclass(frozen=True, eq=False)
class Characters:
    """What each name is like, for ever. Shape: N each.

    Units: `idiosyncratic_vol` and `dividend_yield` a year, `first_price_usd` dollars, `turnover_usd` dollars
    a session on an ordinary day.
    """

    beta: Floats
    sector: Ints
    idiosyncratic_vol: Floats
    first_price_usd: Floats
    dividend_yield: Floats
    turnover_usd: Floats

    def session_vol(self, options: SyntheticOptions) -> Floats:
        """N: standard deviation of each name's return in an ordinary session."""
        shared = np.square(self.beta * options.market_vol) + options.sector_vol**2
        usual: Floats = np.sqrt((shared + np.square(self.idiosyncratic_vol)) / SESSIONS_PER_YEAR)
        return usual


@dataclass(frozen=True, eq=False)
class Weather:
    """Everything unforeseeable about the paths of a market, before any edge.

    Shape: `regimes` T x R; `variance` and `moves` T x R x C. Units: of returns a session.
    Known at: `variance` (regime aside) before the session, `moves` after it.
    """

    regimes: NDArray[np.int8]
    variance: Floats
    moves: Floats


def characters(options: SyntheticOptions) -> Characters:
    """Draw the names; each from its own stream, so that one more name leaves the others as they are."""
    drawn = np.array([_character(options, name) for name in range(options.names)])
    beta, own_vol, price, dividend, turnover = np.ascontiguousarray(drawn.T)
    sector = np.arange(options.names, dtype=np.int64) % options.sectors
    return Characters(beta, sector, own_vol, price, dividend, turnover)


def drawn_weather(options: SyntheticOptions, names: Characters, sessions: int) -> Weather:
    """The one path that becomes the published bars, cause by cause from named streams."""
    causes = [stream(options.seed, "market")]
    causes += [stream(options.seed, "sector", number) for number in range(options.sectors)]
    causes += [stream(options.seed, "idiosyncratic", number) for number in range(options.names)]
    shocks = np.empty((sessions, 1, len(causes)))
    for column, generator in enumerate(causes):
        shocks[:, 0, column] = innovations(generator, (sessions,), options.tail_degrees)
    uniforms = stream(options.seed, "regime").random((sessions, 1))
    return _weather(options, names, shocks, uniforms)


def other_weather(options: SyntheticOptions, names: Characters, sessions: int, paths: int) -> Weather:
    """Many paths that are never published: the same market on other days, for measuring its truth."""
    generator = stream(options.seed, "truth")
    shape = (sessions, paths, 1 + options.sectors + options.names)
    uniforms = generator.random((sessions, paths))
    return _weather(options, names, innovations(generator, shape, options.tail_degrees), uniforms)


def base_returns(options: SyntheticOptions, weather: Weather, names: Characters) -> Floats:
    """Returns without any edge: the regime's drift for all, the market by beta, the sector, the own news.

    Shape: T x R x N. Every name has the same expected return in a regime, whatever its beta: so a
    portfolio that is as long as it is short earns exactly what the edge pays it.
    """
    drift = regime_drift(options)[weather.regimes]
    market, sectors, own = split_causes(weather.moves, options.sectors)
    returns = own + market[..., None] * names.beta
    returns += sectors[..., names.sector]
    returns += drift[..., None]
    return returns


def split_causes(values: Floats, sectors: int) -> tuple[Floats, Floats, Floats]:
    """Market T x R, sectors T x R x S and own T x R x N out of the one axis of causes."""
    return values[..., 0], values[..., 1 : 1 + sectors], values[..., 1 + sectors :]


def _character(options: SyntheticOptions, name: int) -> tuple[float, ...]:
    """Beta, own volatility, first price, dividend yield and dollars traded of one name."""
    normal = stream(options.seed, "character", name)
    beta, own, price, dividend, turnover = normal.standard_normal(5)
    pays = normal.random() < PAYERS_SHARE
    return (
        float(np.clip(1.0 + 0.25 * beta, 0.3, 1.8)),
        options.idiosyncratic_vol * float(np.exp(0.25 * np.clip(own, -2.5, 2.5))),
        float(np.exp(np.log(50.0) + 0.5 * price)),
        float(pays) * options.dividend_yield / PAYERS_SHARE * float(np.exp(0.3 * dividend - 0.045)),
        float(np.exp(np.log(6e7) + 0.9 * turnover)),
    )


def _scales(options: SyntheticOptions, names: Characters) -> Floats:
    """C: standard deviation of each cause, a session, over all regimes."""
    sectors = np.full(options.sectors, options.sector_vol)
    annual = np.concatenate([[options.market_vol], sectors, names.idiosyncratic_vol])
    scales: Floats = annual / np.sqrt(SESSIONS_PER_YEAR)
    return scales


def _weather(options: SyntheticOptions, names: Characters, shocks: Floats, uniforms: Floats) -> Weather:
    regimes = regime_path(uniforms, options)
    variance = clustered_variance(shocks, options.garch_shock, options.garch_memory)
    variance *= np.square(_scales(options, names))
    moves = shocks * np.sqrt(variance) * regime_volatility(options)[regimes][..., None]
    return Weather(regimes, variance, moves)
