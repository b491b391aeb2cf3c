"""The model of a study, built and checked before anything is run: recipe, features, horizons and refits."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from tradewright.research.model_options import ModelOptions
from tradewright.values.errors import Blocked, InvalidOption, UnknownName

if TYPE_CHECKING:
    from tradewright.models.contract import Model
    from tradewright.runs.model_walk import ModelWalk
    from tradewright.strategies.contract import Strategy


def model_walk_of(options: ModelOptions | None, seed: int) -> "ModelWalk | None":
    """What a study teaches; None where it has no model.

    Raises: UnknownName for a model, parameter or feature; InvalidOption for a value, or without the extra.
    """
    if options is None:
        return None
    from tradewright.models import registry
    from tradewright.models.walk_forward import Refits
    from tradewright.runs.feature_source import load_all, own_files
    from tradewright.runs.model_walk import ModelWalk

    try:
        model = registry.build(options.name, options.parameters)
        features, files = load_all(options.features), own_files(options.features)
    except (UnknownName, InvalidOption) as error:
        raise type(error)(f"[model]: {error.what}", error.mend) from error
    _refuse_without_extra(options.name, model.libraries)
    _refuse_unlearnable(model, features.names)
    is_expanding = options.window == "expanding"
    refits = Refits(options.train_bars, options.refit_bars, is_expanding, options.embargo_bars)
    return ModelWalk(model, features, options.horizons_bars, refits, seed, files)


def recipe_of(walk: "ModelWalk | None", options: ModelOptions | None) -> dict[str, Any]:
    """All that names a recipe, for ledger and run: the options, defaults included, and the formulas."""
    if walk is None:
        return {}
    import msgspec

    told = msgspec.to_builtins(options)
    files = {"feature_files": dict(walk.feature_files)} if walk.feature_files else {}
    return {**told, "parameters": walk.model.parameters(), "schema_hash": walk.features.schema_hash, **files}


def check_reader(strategy: "Strategy", options: ModelOptions | None, name: str) -> None:
    """Refuse a strategy and a model that have nothing to say to each other.

    Raises: InvalidOption.
    """
    wanted = strategy.forecasts_bars
    if options is None:
        if wanted:
            raise InvalidOption(
                f"the strategy {name} reads forecasts, and nobody makes any.",
                'Add [model] with a name, such as name = "ridge", to a study file.',
            )
        return
    if not wanted:
        raise InvalidOption(
            f"[model]: the strategy {name} reads no forecasts.",
            'Take one that does, such as name = "forecast"; one of your own declares forecasts_bars.',
        )
    missing = [bars for bars in wanted if bars not in options.horizons_bars]
    if missing:
        listed = ", ".join(map(str, options.horizons_bars))
        raise InvalidOption(
            f"the strategy {name} reads forecasts over {missing[0]} bars; [model] learns {listed}.",
            f"Add {missing[0]} to horizons_bars of [model], or set the strategy's horizon to one of them.",
        )


def _refuse_without_extra(name: str, libraries: tuple[str, ...]) -> None:
    """A model that cannot be fitted here is refused before a trial is counted."""
    missing = [library for library in libraries if find_spec(library) is None]
    if missing:
        raise InvalidOption(
            f"[model] name = '{name}' needs {' and '.join(missing)}, not installed here.",
            "Install the extra: pip install 'tradewright[ml]'. Ridge and the other baselines need none.",
        )


def _refuse_unlearnable(model: "Model", names: tuple[str, ...]) -> None:
    """What every fit would refuse is refused before the first, as a mistake in the file."""
    try:
        model.refuse_unlearnable(names)
    except UnknownName as error:
        raise UnknownName(f"[model]: {error.what}", error.mend) from error
    except (InvalidOption, Blocked) as error:
        raise InvalidOption(f"[model]: {error.what}", error.mend) from error
