"""The configurations of a study, each built and checked before anything is run."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tradewright.research.drawing import drawn
from tradewright.research.model_plan import check_reader
from tradewright.research.search_options import RANDOM, Axis
from tradewright.research.study import StudyOptions, digest_of, grid_points, plain
from tradewright.runs import strategy_source as strategies
from tradewright.strategies.contract import Strategy
from tradewright.validation.evidence import Parameter
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.provenance import Snapshot

# What a parameter is moved by to see whether a result hangs on it.
MOVES = (-0.2, -0.1, 0.1, 0.2)


@dataclass(frozen=True)
class About:
    """What a trial is tried on and with: the data, and the recipe of a model (empty for none)."""

    snapshot: Snapshot
    recipe: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Point:
    """One configuration to be tried; `trial` is the hash under which the ledger counts it."""

    steps: tuple[int, ...]
    parameters: tuple[tuple[str, Parameter], ...]
    strategy: Strategy
    trial: str
    is_headline: bool


@dataclass(frozen=True, eq=False)
class Neighbour:
    """The headline with one parameter moved by a share of it, -0.2 for a fifth less."""

    parameter: str
    moved: float
    point: Point


def points_of(
    options: StudyOptions, headline: Strategy, about: About, axes: tuple[Axis, ...]
) -> tuple[Point, ...]:
    """The headline, then every grid point; where the headline lies on the grid it is that point.

    They are compared as built, defaults included: a parameter left out equals its default written out.
    """
    if options.drawn:
        return _drawn_points(options, headline, about, axes)
    names = tuple(options.strategy.grid)
    wanted = headline.parameters()
    grid = [_point(options, steps, values, about) for steps, values in grid_points(options.strategy.grid)]
    same = [point for point in grid if point.strategy.parameters() == wanted]
    if same:
        first = Point(same[0].steps, same[0].parameters, headline, same[0].trial, is_headline=True)
        return (first, *(point for point in grid if point is not same[0]))
    return (_registered(options, headline, about, names), *grid)


def _registered(options: StudyOptions, headline: Strategy, about: About, names: tuple[str, ...]) -> Point:
    """The headline off any grid, with the parameters of these names; with all where none is varied."""
    shown = ((name, value) for name, value in headline.parameters().items() if name in names or not names)
    plain = tuple((name, value) for name, value in shown if not isinstance(value, dict))
    return Point((), plain, headline, _trial(options, headline, about), is_headline=True)


def _drawn_points(
    options: StudyOptions, headline: Strategy, about: About, axes: tuple[Axis, ...]
) -> tuple[Point, ...]:
    """The headline, then what was drawn at random; what folds seek is not known yet."""
    first = _registered(options, headline, about, tuple(axis.name for axis in axes))
    search = options.drawn
    if search is None or search.method != RANDOM:
        return (first,)
    found = drawn(axes, search.trials or 0, options.seed, partial(built, options))
    points = [point_at(options, values, about) for values in found]
    return (first, *(point for point in points if point.trial != first.trial))


def neighbours_of(options: StudyOptions, headline: Strategy, about: About) -> tuple[Neighbour, ...]:
    """Every number of the headline a fifth and a tenth lower and higher, where its bounds allow it.

    Whole numbers move by one at least; those that cannot move by a fifth or less are left out, as is what
    stands at zero. `moved` of each is what it really moved by.
    """
    found: list[Neighbour] = []
    for name, value in headline.parameters().items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value == 0:
            continue
        for moved in MOVES:
            try:
                values: dict[str, Parameter] = {name: moved_by(value, moved)}
                point = point_at(options, values, about)
            except InvalidOption:
                continue
            share = round(float(values[name]) / value - 1.0, 6)
            is_new = all(point.trial != one.point.trial for one in found)
            is_near = abs(share) <= max(MOVES) + 1e-6
            if is_new and is_near and point.strategy.parameters() != headline.parameters():
                found.append(Neighbour(name, share, point))
    return tuple(found)


def moved_by(value: int | float, share: float) -> int | float:
    """A number moved by a share of itself; a whole one stays whole and moves by one at least."""
    if isinstance(value, int):
        step = max(1, math.floor(abs(value * share) + 1e-9))
        return value + (step if share > 0.0 else -step)
    return float(f"{value * (1.0 + share):.6g}")


def built(options: StudyOptions, values: dict[str, Parameter]) -> Strategy:
    """The study's strategy with some of its parameters replaced."""
    strategy = strategies.build(options.strategy.name, {**options.strategy.parameters, **values})
    check_reader(strategy, options.model, options.strategy.name)
    return strategy


def point_at(options: StudyOptions, values: dict[str, Parameter], about: About) -> Point:
    """A configuration off any grid. Raises: InvalidOption where the strategy refuses it."""
    strategy = built(options, values)
    return Point((), tuple(values.items()), strategy, _trial(options, strategy, about), is_headline=False)


def _point(
    options: StudyOptions, steps: tuple[int, ...], values: dict[str, Parameter], about: About
) -> Point:
    try:
        strategy = built(options, values)
    except UnknownName as error:
        raise type(error)(f"[strategy.grid]: {error.what}", error.mend) from error
    except InvalidOption as error:
        point = ", ".join(f"{name} = {value}" for name, value in values.items())
        raise InvalidOption(
            f"[strategy.grid] makes {point}: {error.what}",
            f"{error.mend} All combinations of the values listed there are run.",
        ) from error
    trial = _trial(options, strategy, about)
    return Point(steps, tuple(values.items()), strategy, trial, is_headline=False)


def _trial(options: StudyOptions, strategy: Strategy, about: About) -> str:
    """The hash of what was tried: the strategy with all its parameters, the data and the terms of trade.

    Where a model is taught its recipe is part of it: another recipe is another try.
    """
    terms = (options.universe, options.period, options.execution, options.account)
    name = own_source(options, strategy) or options.strategy.name
    recipe = [dict(about.recipe), options.seed] if about.recipe else []
    told = [name, strategy.parameters(), about.snapshot.id, *map(plain, terms), *recipe]
    return digest_of(told)


def own_source(options: StudyOptions, strategy: Strategy) -> str:
    """SHA-256 of the user's file that holds the strategy; empty for one that comes with the package."""
    return "" if options.strategy.name.isidentifier() else strategies.fingerprint(type(strategy))
