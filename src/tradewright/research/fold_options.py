"""How a study is walked through: the section [folds] of its file, and the folds that it makes."""

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.panel import Ints

if TYPE_CHECKING:
    from tradewright.validation.walk_forward import Fold, WalkForward

PORTIONS = "5 x 70/30"
PRESETS = ("252/21/21", "504/126/21", PORTIONS)
# More would be walked for minutes and say nothing more.
MOST_FOLDS = 2_000


class FoldOptions(msgspec.Struct, frozen=True):
    """In every fold the grid's best on the training sessions trades the test sessions that follow.

    `preset` names sessions to train on, to test on, and to the next fold, or five pieces of 70 % training;
    without one `train_bars` and `test_bars` say it, and `step_bars`, which is the test's length if left out.
    Units: bars. `purge_bars` is how far what is learnt from a session reaches past it: at least the one bar
    that earns its return. A [model] asks for no more: its forecasts know no later row. A strategy that fits
    itself gives the span of its labels. `embargo_bars` are left out too.
    """

    preset: str = ""
    train_bars: Annotated[int, msgspec.Meta(ge=20, le=1_000_000)] | None = None
    test_bars: Annotated[int, msgspec.Meta(ge=5, le=1_000_000)] | None = None
    step_bars: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None
    window: Literal["rolling", "expanding"] = "rolling"
    purge_bars: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1
    embargo_bars: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0

    @property
    def words(self) -> str:
        """The walk in words."""
        if self.preset == PORTIONS:
            return "five neighbouring pieces, the first 70 % of each to train on and the rest to test on"
        train, test, step = self.lengths
        kept = (
            f"{train:,} sessions" if self.window == "rolling" else f"all sessions before, at least {train:,}"
        )
        return f"trained on {kept}, tested on the {test:,} that follow, picked anew every {step:,}"

    @property
    def lengths(self) -> tuple[int, int, int]:
        """Bars to train on, to test on, and to the next fold."""
        if self.preset:
            train, test, step = map(int, self.preset.split("/"))
            return train, test, step
        train, test = self.train_bars or 0, self.test_bars or 0
        return train, test, self.step_bars or test


def check_folds(options: FoldOptions | None, has_grid: bool, source: str) -> None:
    """Refuse folds that are well typed but cannot be meant.

    Raises: UnknownName for a preset that is none, InvalidOption for lengths that contradict or are missing,
    and for folds without a grid.
    """
    if options is None:
        return
    if options.preset and options.preset not in PRESETS:
        raise unknown_name(options.preset, f"preset of [folds] in {source}", PRESETS)
    own = (options.train_bars, options.test_bars, options.step_bars)
    if options.preset and any(length is not None for length in own):
        raise InvalidOption(f"{source}: [folds] names a preset and lengths of its own.", "Give one of both.")
    if not options.preset and (options.train_bars is None or options.test_bars is None):
        presets = ", ".join(f'"{name}"' for name in PRESETS)
        raise InvalidOption(
            f"{source}: [folds] lacks its lengths.",
            f"Add preset = one of {presets}; or train_bars and test_bars.",
        )
    if options.preset == PORTIONS and options.window == "expanding":
        mend = "Leave window out, or take another preset."
        raise InvalidOption(f'{source}: "{PORTIONS}" cannot expand.', mend)
    if not has_grid:
        mend = "Add [strategy.grid], or [search]: each fold picks its best configuration."
        raise InvalidOption(f"{source}: [folds] has nothing to pick from.", mend)


def folds_of(options: FoldOptions, instants: Ints, start: int) -> "tuple[Fold, ...]":
    """The folds of a panel, from the row on which every configuration could first decide.

    Shape: `instants` is T; folds hold rows of the panel on which a decision is taken, the last row left out:
    what is decided there earns nothing inside the period.
    Raises: InvalidOption where the period holds no fold, or too many.
    """
    import numpy as np

    from tradewright.validation.walk_forward import Fold, portions, walk

    decided = np.arange(start, len(instants) - 1)
    # The return of a decision's bar is known one bar later: that is the least a label spans.
    ends = instants[np.minimum(decided + options.purge_bars, len(instants) - 1)]
    try:
        if options.preset == PORTIONS:
            found = portions(instants[decided], ends, embargo_bars=options.embargo_bars)
        else:
            plan = _plan(options, len(decided))
            found = walk(instants[decided], ends, plan)
    except ValueError as error:
        mend = "Widen [period], or walk in shorter folds."
        raise InvalidOption(f"[folds] after the warm-up: {error}.", mend) from None
    return tuple(Fold(fold.train + start, fold.test + start, fold.purged) for fold in found)


def _plan(options: FoldOptions, bars: int) -> "WalkForward":
    """The lengths, refused where they would make more folds than anybody reads."""
    from tradewright.validation.walk_forward import WalkForward

    train, test, step = options.lengths
    count = (bars - train - test) // step + 1
    if count > MOST_FOLDS:
        raise InvalidOption(
            f"[folds] makes {count:,} folds; at most {MOST_FOLDS:,} are walked.", "Set a longer step_bars."
        )
    return WalkForward(train, test, step, options.window == "expanding", options.embargo_bars)
