"""Reads and writes the lines of forecasting models, as rows of the ledger of trials."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tradewright.research.dossier.wording import counted
from tradewright.research.model_line import (
    Compared,
    Line,
    Now,
    line_of,
    next_alpha,
    promotion,
    same_comparison,
    way_back,
    withdrawal,
)
from tradewright.research.trials import MODELS, Event, Kind, TrialLedger
from tradewright.values.errors import Blocked, InvalidOption, NotFound
from tradewright.values.instant import Instant


@dataclass(frozen=True)
class ModelRegistry:
    """The lines over one ledger; `clock` gives ns UTC."""

    ledger: TrialLedger
    clock: Callable[[], Instant]

    def line(self, name: str) -> Line:
        """Where a line stands; a new one where nobody has written of it."""
        return line_of(name, _of(name, self.ledger.models()))

    def names(self) -> list[str]:
        """Every line that has rows, in the order in which they began."""
        return list(dict.fromkeys(event.study for event in self.ledger.models() if event.study))

    def rows_of(self, version: str) -> list[Event]:
        """Everything on record of a model, in every line, oldest first."""
        return [event for event in self.ledger.models() if event.trial == version]

    def trained(self, line: str, version: str, told: Mapping[str, Any]) -> None:
        """Keep that a model was trained: when, on what, and how long it took."""
        self._added(line, lambda line, rows: (Kind.MODEL_TRAINED, version, dict(told)))

    def checked(self, line: str, version: str, told: Mapping[str, Any]) -> None:
        """Keep that a model's features were held against its reference."""
        self._added(line, lambda line, rows: (Kind.MODEL_CHECKED, version, dict(told)))

    def chosen(self, version: str, told: Mapping[str, Any]) -> int:
        """Keep that a choice among runs was judged; gives how many different ones were, on its dataset."""
        self._looked(Kind.MODEL_CHOSEN, version, told)
        rows = [event for event in self.ledger.models() if event.kind is Kind.MODEL_CHOSEN]
        here = (event for event in rows if json.loads(event.body)["dataset"] == told["dataset"])
        return len({event.trial for event in here})

    def reviewed(self, version: str, told: Mapping[str, Any]) -> None:
        """Keep that a model's skill on later rows was told."""
        self._looked(Kind.MODEL_REVIEWED, version, told)

    def _looked(self, kind: Kind, version: str, told: Mapping[str, Any]) -> None:
        """Add a look that belongs to no line; the same one again, as of a daily job, adds nothing."""
        body = json.dumps(dict(told), sort_keys=True, ensure_ascii=False)

        def wanted(found: list[Event]) -> list[Event]:
            is_there = any((one.trial, one.body) == (version, body) for one in found)
            return [] if is_there else [Event(self.clock(), kind, "", "", version, body)]

        self.ledger.decide(wanted, kinds=(kind,))

    def price(self, challenger: str, champion: str, data: str, dataset: str) -> tuple[float, bool]:
        """What a comparison may spend, and whether the same was made before and costs nothing more."""
        return _price(self.ledger.models(), (challenger, champion, data), dataset)

    def compared(self, name: str, made: Compared) -> Compared:
        """Keep a comparison; gives it as it stands on record.

        Raises: Blocked where somebody else compared or trained meanwhile, so that less may be spent.
        """
        body = {one: value for one, value in vars(made).items() if one not in ("at", "challenger")}
        kept: list[Event] = []

        def wanted(line: Line, rows: list[Event]) -> tuple[Kind, str, dict[str, Any]]:
            which = made.challenger, made.champion, made.data
            if (made.alpha, made.is_again) != _price(rows, which, made.dataset):
                raise Blocked("Somebody else compared or trained at the same time.", "Compare again.")
            return Kind.MODEL_COMPARED, made.challenger, {**body, "told": dict(made.told)}

        kept += self._added(name, wanted)
        return replace(made, at=kept[-1].at)

    def promote(self, name: str, version: str, opponent: str, by: str, now: Now) -> Line:
        """Make a model the champion, on the evidence that it beat `opponent`, which a champion is, if any.

        Raises: InvalidOption, Blocked.
        """

        def wanted(line: Line, rows: list[Event]) -> tuple[Kind, str, dict[str, Any]]:
            found = promotion(line, version, line.champion or opponent, by, now)
            told = {"by": by.strip(), "before": line.champion, "compared_at": found.at, "data": found.data}
            return Kind.MODEL_PROMOTED, version, told

        self._added(name, wanted)
        return self.line(name)

    def roll_back(self, name: str, to: str, by: str, reason: str) -> Line:
        """Go back to the former champion, which the caller has read as `to`; the present one is retired.

        Raises: InvalidOption; Blocked, also where somebody else moved the line meanwhile.
        """

        def wanted(line: Line, rows: list[Event]) -> tuple[Kind, str, dict[str, Any]]:
            version = way_back(line, by, reason)
            if version != to:
                raise Blocked(f"Somebody else moved '{name}' meanwhile: its champion is {line.champion}.")
            told = {"by": by.strip(), "before": line.champion, "reason": reason.strip()}
            return Kind.MODEL_ROLLED_BACK, version, told

        self._added(name, wanted)
        return self.line(name)

    def retire(self, name: str, version: str, by: str, reason: str) -> Line:
        """Withdraw a model of a line: nobody takes a champion's place, nobody goes back to a former one.

        Raises: NotFound for one that the line does not know; InvalidOption, Blocked.
        """

        def wanted(line: Line, rows: list[Event]) -> tuple[Kind, str, dict[str, Any]]:
            known = dict.fromkeys(event.trial for event in _of(name, rows))
            found = [one for one in known if one.startswith(version)] if version else []
            found = [version] if version in known else found
            if len(found) > 1:
                raise InvalidOption(
                    f"{len(found)} models begin with '{version}'.", f"Say more: {', '.join(found)}."
                )
            if not found:
                told = ", ".join(known) or "none"
                raise NotFound(f"'{name}' knows no model '{version}'.", f"On record there: {told}.")
            return Kind.MODEL_RETIRED, found[0], withdrawal(line, rows, found[0], by, reason)

        self._added(name, wanted)
        return self.line(name)

    def _added(
        self, name: str, wanted: Callable[[Line, list[Event]], tuple[Kind, str, dict[str, Any]]]
    ) -> list[Event]:
        """Add the row that follows from where a line stands, and all lines, with everybody else kept out."""

        def rows(found: list[Event]) -> list[Event]:
            kind, version, told = wanted(line_of(name, _of(name, found)), found)
            body = json.dumps(told, sort_keys=True, ensure_ascii=False)
            return [Event(self.clock(), kind, "", name, version, body)]

        return self.ledger.decide(rows, kinds=MODELS)


def models_before(rows: Sequence[Event], dataset: str, others: int) -> str:
    """How many models were judged on a dataset outside of studies, in words; empty where none was.

    `others` is how many recipes they were beside the study's own.
    """
    here = [event for event in rows if json.loads(event.body).get("dataset") == dataset]
    trained = {event.trial for event in here if event.kind is Kind.MODEL_TRAINED}
    compared = sum(event.kind is Kind.MODEL_COMPARED for event in here)
    if not trained and not compared:
        return ""
    return (
        f"Before this study {counted(len(trained), 'model')} had been trained and judged on this dataset "
        f"outside of studies, and {counted(compared, 'comparison')} made. Each recipe among them that is not "
        f"this study's is priced as one more worthless try: {others:,}."
    )


def recipes_before(rows: Sequence[Event], dataset: str, own: Mapping[str, Any]) -> int:
    """How many recipes other than a study's own were trained and judged on its dataset, outside of studies.

    Whoever saw what they were worth may have picked the study's by it. The same recipe fitted again, on
    newer rows or with another seed, is no other one. Rows of older versions say no more than what was typed.
    """
    trained = (json.loads(event.body) for event in rows if event.kind is Kind.MODEL_TRAINED)
    told = (body.get("recipe", body) for body in trained if body.get("dataset") == dataset)
    return len({named for one in told if (named := recipe_name(one)) != recipe_name(own)})


def recipe_name(told: Mapping[str, Any]) -> str:
    """One name for a member, its parameters and its features, however they were put down."""
    parts = {name: told.get(name) for name in ("name", "parameters", "schema_hash")}
    return json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)


def _of(name: str, rows: Sequence[Event]) -> list[Event]:
    """The rows of one line."""
    return [event for event in rows if event.study == name]


def _price(rows: Sequence[Event], made: tuple[str, str, str], dataset: str) -> tuple[float, bool]:
    """What a comparison may spend; the same one made before spends again what it spent, and no more."""
    before = same_comparison(rows, made)
    challenger, champion, _ = made
    return (before.alpha, True) if before else (next_alpha(rows, challenger, champion, dataset), False)
