"""The gates as data: read from TOML, checked word for word, and named by a hash that every move records."""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import msgspec

from tradewright.research.ladder.kinds import FieldType, kind_named
from tradewright.research.ladder.stages import RUNGS, Stage, rungs_to, stage_named
from tradewright.research.study import digest_of
from tradewright.values.errors import BadInput, InvalidOption, unknown_name

DEFAULTS = "gates.toml"
COMPARISONS = ("at_least", "at_most", "above", "is", "reported")
Share = Annotated[float, msgspec.Meta(gt=0.0, lt=1.0)]


class GateOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"is_": "is"}):
    """One gate: which field of which evidence, and what it is held against.

    `keeps` is true for evidence that does not age; `counts_trials` for evidence that one more try outdates.
    """

    title: str
    ask: str
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    is_: bool | None = None
    reported: bool | None = None
    warn_above: float | None = None
    keeps: bool = False
    counts_trials: bool = False

    @property
    def kind(self) -> str:
        """The kind of evidence it asks."""
        return self.ask.partition(".")[0]

    @property
    def field(self) -> str:
        """The field it asks."""
        return self.ask.partition(".")[2]

    @property
    def limit(self) -> float | None:
        """The number a value is compared with, where there is one."""
        return next((one for one in (self.at_least, self.at_most, self.above) if one is not None), None)


class StageOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one stage asks: its gates, limits of its own, approvals, and whether made-up data may practise.

    `alpha` is what all attempts on one sealed holdout may spend together.
    """

    gates: tuple[str, ...] = ()
    approvals: Annotated[int, msgspec.Meta(ge=1, le=10)] = 1
    practice: bool = False
    at: dict[str, float] = {}
    alpha: Share = 0.05


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    freshness_hours: Annotated[float, msgspec.Meta(gt=0.0)]
    gates: dict[str, GateOptions]
    stages: dict[str, StageOptions]


@dataclass(frozen=True)
class Asked:
    """One gate as one stage asks it."""

    code: str
    stage: Stage
    options: GateOptions
    practice: bool


@dataclass(frozen=True)
class Gates:
    """All gates of all stages.

    Units: `freshness_hours` hours. `digest` names exactly these gates.
    """

    freshness_hours: float
    stages: dict[Stage, StageOptions]
    asked: dict[Stage, tuple[Asked, ...]]
    digest: str

    def up_to(self, stage: Stage) -> tuple[Asked, ...]:
        """Every gate a candidate must pass to stand at a stage: its own and all below.

        Whether made-up data may pass is a matter of the stage that is wanted, not of the gate's own.
        """
        practice = self.stages[stage].practice if stage in self.stages else False
        return tuple(
            Asked(one.code, one.stage, one.options, practice)
            for rung in rungs_to(stage)
            for one in self.asked[rung]
        )


@cache
def default_gates() -> Gates:
    """The gates that come with the package."""
    text = files("tradewright.research.ladder").joinpath(DEFAULTS).read_text(encoding="utf-8")
    return gates_from(text, DEFAULTS)


def gates_from(text: str, source: str) -> Gates:
    """Gates from the text of a file; `source` names it in errors.

    Raises: BadInput for what is no TOML, UnknownName for a stage, gate or field, InvalidOption for a value.
    """
    try:
        raw = tomllib.loads(text)
        read = msgspec.convert(raw, _File)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{source} is not TOML: {error}.", "Text stands in quotes, lists in [ ].") from None
    except msgspec.ValidationError as error:
        raise InvalidOption(f"{source}: {error}.", f"See {DEFAULTS} of the package for the form.") from None
    for code, gate in read.gates.items():
        _check_gate(code, gate, source)
    stages = {stage_named(name): options for name, options in read.stages.items()}
    lacking = [stage.value for stage in RUNGS[1:] if stage not in stages]
    if lacking or len(stages) != len(RUNGS) - 1:
        words = f"lacks [stages.{lacking[0]}]" if lacking else "has a stage that is no part of the climb"
        raise InvalidOption(f"{source} {words}.", "Every stage from registered to full has its table.")
    _check_number(read.freshness_hours, "freshness_hours", source)
    asked = {stage: _asked(stage, options, read, source) for stage, options in stages.items()}
    return Gates(read.freshness_hours, stages, asked, digest_of(raw))


def _asked(stage: Stage, options: StageOptions, read: _File, source: str) -> tuple[Asked, ...]:
    place = f"gate of [stages.{stage.value}] in {source}"
    for code in (*options.gates, *options.at):
        if code not in read.gates:
            raise unknown_name(code, place, read.gates)
    stray = [code for code in options.at if code not in options.gates or read.gates[code].limit is None]
    if stray:
        raise InvalidOption(
            f"{source}: [stages.{stage.value}] moves the limit of {stray[0]}, which it does not ask.",
            "Name a gate of its list that has a limit.",
        )
    return tuple(
        Asked(code, stage, _moved(read.gates[code], options.at.get(code), source), options.practice)
        for code in dict.fromkeys(options.gates)
    )


def _moved(gate: GateOptions, limit: float | None, source: str) -> GateOptions:
    """The gate with another limit."""
    if limit is None:
        return gate
    _check_number(limit, gate.title, source)
    name = next(name for name in ("at_least", "at_most", "above") if getattr(gate, name) is not None)
    return msgspec.structs.replace(gate, **{name: limit})


def _check_gate(code: str, gate: GateOptions, source: str) -> None:
    fields = kind_named(gate.kind).fields
    if gate.field not in fields:
        raise unknown_name(gate.field, f"field of the evidence '{gate.kind}' ({source})", fields)
    given = [name for name in COMPARISONS if getattr(gate, "is_" if name == "is" else name) is not None]
    if len(given) != 1 or gate.reported is False:
        raise InvalidOption(
            f"{source}: gate {code} compares with {', '.join(given) or 'nothing'}.",
            f"Give exactly one of {', '.join(COMPARISONS)} (reported = true).",
        )
    is_flag = fields[gate.field] is FieldType.FLAG
    if is_flag != (given == ["is"]) or fields[gate.field] is FieldType.TEXT:
        raise InvalidOption(f"{source}: gate {code} cannot compare {gate.ask} with {given[0]}.")
    for value in (gate.limit, gate.warn_above):
        if value is not None:
            _check_number(value, code, source)


def _check_number(value: Any, name: str, source: str) -> None:
    if not math.isfinite(value):
        raise InvalidOption(f"{source}: {name} = {value}.", "Give a number.")
