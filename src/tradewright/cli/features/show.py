"""`tradewright features show`"""

import math
from inspect import cleandoc
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, pairs

if TYPE_CHECKING:
    from tradewright.features.feature_set import FeatureSet


def run(
    context: typer.Context,
    feature: Annotated[
        str, typer.Argument(help="A feature, a named set, or path/to/file.py:Name.", show_default=False)
    ],
    options: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value. Repeat.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what a feature or a set is made of: formula, inputs, and how far back it looks.

    Lookback is the rows until its first value, reach the rows that can move a
    value. The schema hash is what a saved model remembers of its features.
    """
    from tradewright.runs.feature_source import load

    features = load(feature, pairs(options or (), "--set"))
    columns = list(zip(features.names, features.formulas, strict=True))
    if json:
        screen.as_json(
            {
                "id": name,
                "lookback_bars": one.lookback_bars,
                "reach_bars": one.reach,
                "formula": str(one),
                "schema_hash": features.schema_hash,
            }
            for name, one in columns
        )
        return
    _parameters(features)
    rows = [(name, one.lookback_bars, _bars(one.reach), str(one)) for name, one in columns]
    screen.table(("column", "lookback", "reach", "formula"), rows)
    screen.say(f"\nInputs: {', '.join(features.inputs) or 'the clock alone'}")
    screen.say(f"Warm-up: {features.warm_up_bars} bars")
    screen.say(f"Schema: {features.schema_hash}")


def _parameters(features: "FeatureSet") -> None:
    """Of a lone feature its description and parameters."""
    from tradewright.features.contract import Feature
    from tradewright.values.parameters import bounds_of

    lone = features.features[0]
    if len(features) > 1 or not isinstance(lone, Feature):
        return
    screen.say(f"{cleandoc(lone.__doc__ or '')}\n")
    declared = [(one.name, getattr(lone, one.name), bounds_of(one)) for one in lone.declared()]
    if declared:
        rows = [(name, str(value), str(b), b.about if b else "") for name, value, b in declared]
        screen.table(("parameter", "value", "takes", "about"), rows)
        screen.say()


def _bars(reach: float) -> str:
    """A reach in words."""
    return "all history" if math.isinf(reach) else f"{reach:.0f}"
