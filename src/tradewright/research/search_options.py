"""Which configurations a study tries: the section [search] of its file, and the space it draws from."""

from collections.abc import Iterable
from dataclasses import fields as fields_of
from importlib.util import find_spec
from typing import Annotated, Literal

import msgspec

from tradewright.research.fold_options import FoldOptions
from tradewright.strategies.contract import Strategy
from tradewright.validation.evidence import Parameter
from tradewright.values.errors import Failure, InvalidOption
from tradewright.values.parameters import bounds_of, checked, refuse_strangers
from tradewright.values.profile import AccountOptions, ExecutionProfile

GRID, RANDOM, OPTUNA = "grid", "random", "optuna"
# Proposals asked for before any of them is answered: a number of its own, so that workers change nothing.
# The first so many of a fold are random.
ASKED_AT_ONCE = 8
MOST_PROPOSALS = 10_000
# What a search may not choose, by any name that a file has for it: it would find its edge in the choice.
NEVER = {
    "universe": ("universe", "symbols"),
    "period": ("period", "start", "end", "window"),
    "costs": (
        "cost",
        "costs",
        "execution",
        "profile",
        "override",
        "limits",
        "commission",
        "slippage",
        "fees",
    ),
    "benchmark": ("benchmark",),
    "folds": (*FoldOptions.__struct_fields__, "folds"),
    "model": ("model", "features", "horizons_bars", "refit_bars"),
    "data": ("data", "dataset", "synthetic"),
    "intervals": ("intervals", "draws", "level"),
    "seed": ("seed",),
}


class SearchOptions(msgspec.Struct, frozen=True):
    """Configurations besides the pre-registered one: all of a grid, drawn at random, or sought in every fold.

    `trials` are drawn in all by "random", and in each fold by "optuna". What is drawn are `parameters`, each
    within the bounds that the strategy declares for it, and those of `ranges` within the two values there.
    """

    method: Literal["grid", "random", "optuna"] = "grid"
    trials: Annotated[int, msgspec.Meta(ge=2, le=10_000)] | None = None
    parameters: tuple[str, ...] = ()
    ranges: dict[str, tuple[int | float, int | float]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every parameter that is drawn, once."""
        return tuple(dict.fromkeys([*self.parameters, *self.ranges]))


class Axis(msgspec.Struct, frozen=True):
    """One parameter that a search draws, from `low` to `high`, inclusive; `kind` is int, float or bool."""

    name: str
    low: float
    high: float
    kind: str

    def value(self, number: float) -> Parameter:
        """A drawn number as the parameter takes it; fractions are kept to six digits, to be read."""
        if self.kind == "float":
            return min(max(float(f"{number:.6g}"), self.low), self.high)
        return bool(number) if self.kind == "bool" else round(number)


def check_search(options: SearchOptions | None, has_grid: bool, has_folds: bool, source: str) -> None:
    """Refuse a search that is well typed but cannot be meant.

    Raises: InvalidOption.
    """
    if options is None:
        return
    drawn = options.trials is not None or bool(options.names)
    if options.method == GRID:
        if drawn:
            mend = f'Leave them out, or set method = "{RANDOM}" or "{OPTUNA}".'
            raise InvalidOption(f'{source}: [search] method = "grid" draws nothing, yet has more keys.', mend)
        if not has_grid:
            raise InvalidOption(f"{source}: [search] has no grid to run.", "Add [strategy.grid].")
        return
    asked = f'{source}: [search] method = "{options.method}"'
    if has_grid:
        raise InvalidOption(
            f"{asked} beside a [strategy.grid].", "Give one of both: a grid is tried as a whole."
        )
    if options.trials is None:
        raise InvalidOption(f"{asked} lacks 'trials'.", "Say how many to draw, such as trials = 50.")
    if not options.names:
        mend = 'Add parameters = ["..."], or [search.ranges] with a lowest and a highest value for each.'
        raise InvalidOption(f"{asked} names nothing to draw.", mend)
    if options.method == OPTUNA and options.trials < 2 * ASKED_AT_ONCE:
        mend = f"Give {2 * ASKED_AT_ONCE} or more: the first {ASKED_AT_ONCE} of a fold are random."
        raise InvalidOption(f"{asked} with trials = {options.trials} would learn nothing.", mend)
    if options.method == OPTUNA and not has_folds:
        mend = 'Add [folds], such as preset = "504/126/21".'
        raise InvalidOption(f"{asked} without folds would report the best it has met.", mend)


def refuse_without_optuna(options: SearchOptions | None) -> None:
    """Say what is missing before anything is taught, tried or registered. Raises: Failure."""
    if options is not None and options.method == OPTUNA and find_spec("optuna") is None:
        raise Failure(
            'a search with method = "optuna" needs the package optuna, which is not installed.',
            "Install the extra: pip install 'tradewright[research]'. A grid or random draws do without.",
        )


def refuse_too_many(options: SearchOptions, folds: int) -> None:
    """Refuse a search of more proposals in all than a grid may have points. Raises: InvalidOption."""
    count = (options.trials or 0) * folds
    if options.method == OPTUNA and count > MOST_PROPOSALS:
        raise InvalidOption(
            f"[search] {options.trials:,} trials in {folds:,} folds: {count:,}; at most {MOST_PROPOSALS:,}.",
            "Lower trials, or walk in fewer folds.",
        )


def space_of(options: SearchOptions, strategy: Strategy) -> tuple[Axis, ...]:
    """What is drawn, typed and bounded as the strategy declares it.

    Raises: UnknownParameter, InvalidOption for what is no number, for a range out of bounds, and for whatever
    a search may not choose.
    """
    owner, declared = type(strategy).__name__, {field.name: field for field in type(strategy).declared()}
    refuse_choices(options.names, declared)
    refuse_strangers(owner, declared.values(), options.names)
    axes = []
    for name in options.names:
        field, bounds = declared[name], bounds_of(declared[name])
        kind = type(field.default).__name__
        if bounds is None or kind not in ("int", "float", "bool"):
            raise InvalidOption(f"[search] draws numbers, and {name} of {owner} is none.", "Leave it out.")
        given = options.ranges.get(name, (bounds.low, bounds.high))
        if kind == "bool" and name in options.ranges:
            raise InvalidOption(f"[search.ranges] gives {name}, a switch.", "Name it in parameters instead.")
        low, high = given if kind == "bool" else [checked(owner, field, _typed(kind, one)) for one in given]
        if not low < high:
            raise InvalidOption(f"[search.ranges] {name} = [{low}, {high}].", "Give the lower value first.")
        axes.append(Axis(name, float(low), float(high), kind))
    return tuple(axes)


def _typed(kind: str, value: int | float) -> int | float:
    """Declared bounds are plain numbers, also those of whole ones."""
    return int(value) if kind == "int" and value == int(value) else value


def refuse_choices(names: Iterable[str], own: Iterable[str]) -> None:
    """Refuse what must stand before anybody searches; a strategy's own parameter of such a name is its own.

    Raises: InvalidOption naming it.
    """
    own = tuple(own)
    costs, account = (
        tuple(one.name for one in fields_of(kind)) for kind in (ExecutionProfile, AccountOptions)
    )
    costs = tuple(name for name in costs if name not in ("name", "seed"))
    barred = {**NEVER, "costs": (*NEVER["costs"], *costs), "account": ("account", *account)}
    for name in names:
        parts = set(name.lower().split("."))
        what = next((what for what, words in barred.items() if parts & set(words)), None)
        if what is not None and name not in own:
            raise InvalidOption(
                f"[search] names '{name}': {what} can never be searched, or the choice would be the edge.",
                f"It may draw parameters of the strategy: {', '.join(own)}.",
            )
