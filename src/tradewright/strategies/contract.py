"""What every strategy is: frozen parameters, a warm-up, and a decision made from a view that ends now."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Self, dataclass_transform

from tradewright.strategies.frame import Frame
from tradewright.strategies.view import View, Wish
from tradewright.values.decisions import DecisionBatch, Decisions
from tradewright.values.parameters import allocation, parameter, switch
from tradewright.values.tunable import Tunable


@dataclass_transform(frozen_default=True, field_specifiers=(parameter, switch, allocation))
class Strategy(Tunable):
    """A trading idea: what to hold, from what is known.

    A subclass is a frozen dataclass without asking for it; each of its fields is declared with `parameter`,
    `switch` or `allocation`. It keeps no state: what it may remember is in the view (`last_weights`).
    `is_symmetric` says that renaming or reordering symbols changes nothing but the order of the weights;
    `watches_account` that it looks at positions, money or working orders, as one that places orders must.
    """

    is_symmetric: ClassVar[bool] = True
    watches_account: ClassVar[bool] = False

    @property
    @abstractmethod
    def warm_up_bars(self) -> int:
        """Rows, the present one included, that must be there before the first decision."""

    @property
    def forecasts_bars(self) -> tuple[int, ...]:
        """The horizons over which it reads forecasts; a study without them is refused before it runs."""
        return ()

    @abstractmethod
    def decide(self, view: View) -> Wish:
        """Target weights at the close of the view's row, or orders; None to leave everything as it is."""

    def targets(self, frame: Frame) -> Decisions | None:
        """All decisions of a period at once, equal to `decide` row by row; None where nobody wrote it."""
        return None

    @classmethod
    def targets_of_many(cls, frame: Frame, candidates: Sequence[Self]) -> DecisionBatch | None:
        """`targets` of several parameter sets in one go, for several cores; None where nobody wrote it."""
        return None
