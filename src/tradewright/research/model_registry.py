"""Reads and writes the lines of forecasting models, as rows of the ledger of trials."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tradewright.research.model_line import Compared, Line, line_of, promotion, way_back
from tradewright.research.trials import MODELS, Event, Kind, TrialLedger
from tradewright.values.errors import Blocked
from tradewright.values.instant import Instant


@dataclass(frozen=True)
class ModelRegistry:
    """The lines over one ledger; `clock` gives ns UTC."""

    ledger: TrialLedger
    clock: Callable[[], Instant]

    def line(self, name: str) -> Line:
        """Where a line stands; a new one where nobody has written of it."""
        return line_of(name, self.ledger.models(name))

    def names(self) -> list[str]:
        """Every line that has rows, in the order in which they began."""
        return list(dict.fromkeys(event.study for event in self.ledger.models()))

    def rows_of(self, version: str) -> list[Event]:
        """Everything on record of a model, in every line, oldest first."""
        return [event for event in self.ledger.models() if event.trial == version]

    def trained(self, line: str, version: str, told: Mapping[str, Any]) -> None:
        """Keep that a model was trained: when, on what, and how long it took."""
        self._added(line, lambda found: (Kind.MODEL_TRAINED, version, dict(told)))

    def checked(self, line: str, version: str, told: Mapping[str, Any]) -> None:
        """Keep that a model's features were held against its reference."""
        self._added(line, lambda found: (Kind.MODEL_CHECKED, version, dict(told)))

    def compared(self, name: str, spent: float, made: Compared) -> Compared:
        """Keep a comparison made with `spent` of alpha.

        Raises: Blocked where somebody else compared meanwhile, so that less may be spent.
        """
        body = {
            "champion": made.champion,
            "data": made.data,
            "is_better": made.is_better,
            "alpha": made.alpha,
            "told": dict(made.told),
        }

        def wanted(line: Line) -> tuple[Kind, str, dict[str, Any]]:
            if spent > line.next_alpha():
                raise Blocked("Somebody else compared at the same time.", "Compare again.")
            return Kind.MODEL_COMPARED, made.challenger, body

        self._added(name, wanted)
        return self.line(name).compared[-1]

    def promote(self, name: str, version: str, opponent: str, by: str) -> Line:
        """Make a model the champion, on the evidence that it beat `opponent`.

        Raises: InvalidOption, Blocked.
        """

        def wanted(line: Line) -> tuple[Kind, str, dict[str, Any]]:
            found = promotion(line, version, line.champion or opponent, by, self.clock())
            told = {"by": by.strip(), "before": line.champion, "compared_at": found.at, "data": found.data}
            return Kind.MODEL_PROMOTED, version, told

        self._added(name, wanted)
        return self.line(name)

    def roll_back(self, name: str, by: str, reason: str) -> Line:
        """Go back to the former champion; the present one is retired.

        Raises: InvalidOption, Blocked.
        """

        def wanted(line: Line) -> tuple[Kind, str, dict[str, Any]]:
            version = way_back(line, by, reason)
            told = {"by": by.strip(), "before": line.champion, "reason": reason.strip()}
            return Kind.MODEL_ROLLED_BACK, version, told

        self._added(name, wanted)
        return self.line(name)

    def _added(self, name: str, wanted: Callable[[Line], tuple[Kind, str, dict[str, Any]]]) -> None:
        """Add the row that follows from where the line stands, with everybody else kept out."""

        def rows(found: list[Event]) -> list[Event]:
            kind, version, told = wanted(line_of(name, found))
            body = json.dumps(told, sort_keys=True, ensure_ascii=False)
            return [Event(self.clock(), kind, "", name, version, body)]

        self.ledger.decide(rows, name, MODELS)
