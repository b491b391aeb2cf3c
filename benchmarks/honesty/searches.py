"""Searches over worthless or planted candidates, each put before the project's own luck gate.

A searcher tries candidates and reports the one that looks best. Whatever it tried is on record, as the
ledger of trials would have it, and the gate prices it all: `tradewright.validation.gates.luck` on
`price_search`, no copy of either. What passes goes on to two years that were sealed, as on the promotion
ladder, at the alpha that the attempt may spend.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.honesty.families import DAILY_VOL, Table, worthless
from tradewright.research.ladder.holdout import alpha_of
from tradewright.validation.after_selection import expected_after
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.evidence import Evidence
from tradewright.validation.gates import luck
from tradewright.validation.search_price import price_search
from tradewright.validation.verdict import Status

PLANTED = "planted"
DAYS_A_YEAR = 252.0
SEALED_DAYS = 504
ALPHA = 0.05
# How often the adaptive searcher looks at the gate's answer, and how many of its best it blends into new
# tries.
LOOKS, BLENDED = 10, 5
# Tries of the optimiser: its own arithmetic costs more than the tests.
OPTIMISER_TRIES = 200


@dataclass(frozen=True)
class Setting:
    """What is searched, by whom, and how long records are; `planted` is one candidate's Sharpe ratio a
    year.
    """

    family: str
    searcher: str
    days: int = 1_250
    candidates: int = 1_000
    draws: int = 199
    planted: float = 2.0


@dataclass(frozen=True)
class Told:
    """How one search ended: whether the luck gate let a record pass, and whether the sealed years did too.

    `right` says that what passed the luck gate is the planted candidate; `covered` that the 90 % interval
    of what to expect of the grid's best holds its true Sharpe ratio, None where it was not asked for. `p` is
    what the luck gate priced the record at that was reported last: it tells the size at every level.
    """

    passed: bool
    promoted: bool
    right: bool
    oracle: bool
    looks: int
    tried: int
    seconds: float
    covered: bool | None = None
    p: float = 1.0


@dataclass
class Gates:
    """The gates as a searcher meets them: everything it learns is in their answers.

    Shape: `sealed` is what each candidate earns in the sealed years. `looks` and `openings` count; `p` is
    that of the last look.
    """

    setting: Setting
    seed: int
    looks: int = 0
    openings: int = 0
    p: float = 1.0

    def passes_luck(self, tried: Table, reported: int) -> bool:
        """Whether the reported record stands out from all that were tried; the gate of the project."""
        self.looks += 1
        order = np.concatenate([[reported], np.delete(np.arange(tried.shape[1]), reported)])
        price = price_search(np.ascontiguousarray(tried[:, order]), "cash", self._options, "honesty")
        search = price if isinstance(price, str) else (price,)
        self.p = 1.0 if isinstance(price, str) else price.p(tried.shape[1])
        return luck(Evidence(trials=tried.shape[1], search=search)).status is Status.PASS

    def passes_holdout(self, sealed: Table) -> bool:
        """Whether one record passes the sealed years, at what this attempt may spend; as `holdout.look`
        asks.
        """
        self.openings += 1
        price = price_search(sealed[:, None], "cash", self._options, "holdout")
        p = 1.0 if isinstance(price, str) else price.p(1)
        return p <= alpha_of(self.openings, ALPHA) and float(np.mean(sealed)) > 0.0

    @property
    def _options(self) -> BootstrapOptions:
        return BootstrapOptions(self.seed, self.setting.draws)


@dataclass(frozen=True)
class Searched:
    """What a searcher ends with: tries, the place of its candidate in the world (-1 for a blend), the
    answers.
    """

    tried: int
    reported: int
    passed: bool
    promoted: bool


# `world` is T x N: the days of the record, then the sealed ones.
Searcher = Callable[[Table, Gates], Searched]


def _asked_once(world: Table, met: Sequence[int], gates: Gates) -> Searched:
    """Report the best of what was met, once."""
    places, days = np.asarray(met), gates.setting.days
    records = world[:days, places]
    best = int(np.argmax(ratios(records)))
    passed = gates.passes_luck(records, best)
    promoted = passed and gates.passes_holdout(world[days:, places[best]])
    return Searched(len(places), int(places[best]), passed, promoted)


def by_grid(world: Table, gates: Gates) -> Searched:
    """Try everything, report the best, ask once."""
    return _asked_once(world, range(world.shape[1]), gates)


def by_chance(world: Table, gates: Gates) -> Searched:
    """Try as many as there are, drawn with return: about 63 % of them are met."""
    count = world.shape[1]
    met = np.unique(np.random.default_rng([gates.seed, 63]).integers(0, count, count))
    return _asked_once(world, met.tolist(), gates)


def by_optimiser(world: Table, gates: Gates) -> Searched:
    """Let Optuna's tree-structured Parzen estimator climb a board of candidates, neighbours beside each
    other.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    side, found = math.isqrt(world.shape[1]), ratios(world[: gates.setting.days])
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=gates.seed))

    def place(trial: Any) -> int:
        return int(side * trial.suggest_int("row", 0, side - 1) + trial.suggest_int("column", 0, side - 1))

    study.optimize(lambda trial: float(found[place(trial)]), n_trials=min(OPTIMISER_TRIES, world.shape[1]))
    met = {side * one.params["row"] + one.params["column"] for one in study.trials}
    return _asked_once(world, sorted(met), gates)


def by_adapting(world: Table, gates: Gates) -> Searched:
    """Watch every gate: blend what looks best into new candidates, ask, open the sealed years, go on if
    refused.

    Half of each round is new, half are averages of the best so far. That is in-sample optimisation: no
    count of tries prices it, and the luck gate alone cannot stop it.
    """
    draw, days = np.random.default_rng([gates.seed, 7]), gates.setting.days
    own, passed = np.empty((len(world), 0)), False
    names: list[int] = []
    for places in np.array_split(np.arange(world.shape[1] // 2), LOOKS):
        own, names = np.concatenate([own, world[:, places]], axis=1), [*names, *places.tolist()]
        leading = np.argsort(-ratios(own[:days]))[:BLENDED]
        blends = [own[:, draw.choice(leading, 2 + int(draw.integers(3)))].mean(axis=1) for _ in places]
        own, names = np.concatenate([own, np.stack(blends, axis=1)], axis=1), names + [-1] * len(blends)
        best = int(np.argmax(ratios(own[:days])))
        if not gates.passes_luck(own[:days], best):
            continue
        passed = True
        if gates.passes_holdout(own[days:, best]):
            return Searched(len(names), names[best], True, True)
    return Searched(len(names), names[best], passed, False)


SEARCHERS: dict[str, Searcher] = {
    "grid": by_grid,
    "random": by_chance,
    "optuna": by_optimiser,
    "adaptive": by_adapting,
}


def ratios(columns: Table) -> Table:
    """Sharpe ratio per day of each column."""
    return np.asarray(np.mean(columns, axis=0) / np.std(columns, axis=0))


def search(setting: Setting, seed: int) -> Told:
    """One search from the making of its candidates to the gates' answers."""
    world, gates = made(setting, seed), Gates(setting, seed)
    began = time.perf_counter()
    found = SEARCHERS[setting.searcher](world, gates)
    seconds = time.perf_counter() - began
    is_planted = setting.family == PLANTED
    right = found.passed and is_planted and found.reported == 0
    known = is_planted and oracle(world[: setting.days])
    covered = interval_covers(setting, world, found.reported) if setting.searcher == "grid" else None
    return Told(
        found.passed, found.promoted, right, known, gates.looks, found.tried, seconds, covered, gates.p
    )


def interval_covers(setting: Setting, world: Table, reported: int) -> bool:
    """Whether the interval after selection holds the truth, which is known here."""
    has_edge = setting.family == PLANTED and reported == 0
    truth = setting.planted / math.sqrt(DAYS_A_YEAR) if has_edge else 0.0
    expected = expected_after(world[: setting.days], reported)
    return expected.low <= truth <= expected.high


def made(setting: Setting, seed: int) -> Table:
    """The candidates of one search, the sealed days last; the first of the planted family has an edge."""
    days = setting.days + SEALED_DAYS
    if setting.family != PLANTED:
        return worthless(setting.family, days, setting.candidates, seed)
    world = worthless("normal", days, setting.candidates, seed)
    world[:, 0] += DAILY_VOL * setting.planted / math.sqrt(DAYS_A_YEAR)
    return world


def oracle(world: Table) -> bool:
    """Whether somebody who knows volatility, normality and independence would call the planted one found at
    5 %.
    """
    from scipy.special import ndtri

    days, candidates = world.shape
    needed = float(ndtri(0.95 ** (1.0 / candidates)))
    return float(np.mean(world[:, 0])) / DAILY_VOL * math.sqrt(days) >= needed


def as_row(setting: Setting, seed: int, told: Told) -> dict[str, Any]:
    """One search as it is kept in the file of results."""
    return {"setting": asdict(setting), "seed": seed, **asdict(told)}
