"""Which model a study teaches, and when it is fitted anew: the section [model] of its file."""

from typing import Annotated, Literal

import msgspec

from tradewright.validation.evidence import Parameter
from tradewright.values.errors import InvalidOption

Bars = Annotated[int, msgspec.Meta(ge=1, le=2_520)]


class ModelOptions(msgspec.Struct, frozen=True):
    """A model that is taught as time goes by, for a strategy that reads forecasts.

    `name` and `parameters` are a model's, as `tradewright models list` shows them; `features` are named sets,
    features, or files of one's own.
    Units: sessions. The first fit learns from `train_bars`, and every `refit_bars` another follows: from as
    many sessions where the window is rolling, else from all before. `embargo_bars` before a fit are left out,
    besides every outcome that was not known before the first decision it serves.
    """

    name: Annotated[str, msgspec.Meta(min_length=1)]
    parameters: dict[str, Parameter] = {}
    features: tuple[str, ...] = ("technical",)
    horizons_bars: tuple[Bars, ...] = (1, 5, 10, 30)
    train_bars: Annotated[int, msgspec.Meta(ge=20, le=1_000_000)] = 1_260
    refit_bars: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 252
    window: Literal["expanding", "rolling"] = "expanding"
    embargo_bars: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0

    @property
    def words(self) -> str:
        """The schedule in words."""
        kept = (
            "all sessions before"
            if self.window == "expanding"
            else f"the {self.train_bars:,} sessions before"
        )
        left = f", {self.embargo_bars:,} left out before each fit" if self.embargo_bars else ""
        return f"fitted first on {self.train_bars:,} sessions, anew every {self.refit_bars:,} on {kept}{left}"


def check_model(options: ModelOptions | None, source: str) -> None:
    """Refuse what is well typed but cannot be meant.

    Raises: InvalidOption.
    """
    if options is None:
        return
    horizons = options.horizons_bars
    if not horizons or list(horizons) != sorted(set(horizons)):
        raise InvalidOption(
            f"{source}: model.horizons_bars = {list(horizons)}.",
            "List rising numbers of bars, such as [5, 30].",
        )
    if not options.features:
        raise InvalidOption(f"{source}: model.features is empty.", 'Name a set, such as ["technical"].')
