"""Estimators of other libraries by import path: classes of a stated list of modules, settings checked."""

import json
import warnings
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from types import ModuleType
from typing import Any

from tradewright.models.extra import need_ml
from tradewright.values.errors import InvalidOption, unknown_name

# Nothing else is ever imported by a recipe: a path in a file that somebody sent could name any code.
TRUSTED = (
    "sklearn.cross_decomposition", "sklearn.discriminant_analysis", "sklearn.ensemble",
    "sklearn.gaussian_process", "sklearn.kernel_ridge", "sklearn.linear_model", "sklearn.naive_bayes",
    "sklearn.neighbors", "sklearn.neural_network", "sklearn.tree", "xgboost",
)  # fmt: skip
# The seed is an argument of `fit`; one thread sums in one order.
OURS = ("random_state", "n_jobs")
WHO = "A forecaster made of an estimator"


def settings_of(text: str) -> dict[str, Any]:
    """The settings of a JSON object; an empty text is none.

    Raises: InvalidOption.
    """
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidOption(
            f"settings = {text!r} is no JSON object.", """Give one, such as '{"max_depth": 3}'."""
        )
    ours = [name for name in OURS if name in found]
    if ours:
        raise InvalidOption(
            f"settings name {' and '.join(ours)}.",
            "Leave it: the seed is given to the training, and one thread sums in one order.",
        )
    return found


def refuse_untrusted(path: str) -> None:
    """Refuse a class of any module that is not on the list, without importing it.

    Raises: InvalidOption.
    """
    if path.rpartition(".")[0] not in TRUSTED:
        raise InvalidOption(
            f"learner = '{path}' is no class of a trusted module.",
            f"Give a class's full name, such as sklearn.ensemble.RandomForestRegressor, of: "
            f"{', '.join(TRUSTED)}.",
        )


def made(path: str, settings: Mapping[str, Any], seed: int) -> Any:
    """A fresh estimator of a trusted class.

    Raises: MissingLibrary without its library; UnknownName for a class or a setting that is not there;
    InvalidOption for what is no regressor or classifier with chances.
    """
    refuse_untrusted(path)
    need_libraries(path)
    from sklearn.base import BaseEstimator

    module_name, _, name = path.rpartition(".")
    module = import_module(module_name)
    kind = getattr(module, name, None)
    if not (isinstance(kind, type) and issubclass(kind, BaseEstimator)):
        raise unknown_name(name, f"forecaster of {module_name}", _forecasters(module))
    try:
        estimator = kind()
    except TypeError as error:
        raise InvalidOption(
            f"{path} is made of other estimators: {error}.", "Give one that stands alone."
        ) from None
    takes = estimator.get_params(deep=False)
    for given in settings:
        if given not in takes:
            raise unknown_name(given, f"setting of {name}", [one for one in takes if one not in OURS])
    fixed = {"random_state": seed, "n_jobs": 1}
    return estimator.set_params(**settings, **{one: fixed[one] for one in OURS if one in takes})


def _forecasters(module: ModuleType) -> list[str]:
    """The regressors, and classifiers with chances, that a module offers and that stand alone."""
    offered = {name: getattr(module, name, None) for name in getattr(module, "__all__", dir(module))}
    return [name for name, kind in offered.items() if isinstance(kind, type) and _forecasts(kind)]


def _forecasts(kind: type) -> bool:
    """Whether a class, as it stands, learns one outcome of any sign from values of any sign."""
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import get_tags

    if not (issubclass(kind, BaseEstimator) and issubclass(kind, ClassifierMixin | RegressorMixin)):
        return False
    if any(one.default is one.empty for one in _taken_by(kind)):
        return False
    with warnings.catch_warnings():
        # One that is about to go says so where it is made; here it is only looked at.
        warnings.simplefilter("ignore")
        made = kind()
    if isinstance(made, ClassifierMixin) and not hasattr(made, "predict_proba"):
        return False
    tags = get_tags(made)
    is_any = not (tags.input_tags.positive_only or tags.target_tags.positive_only)
    return bool(is_any and tags.target_tags.single_output)


def _taken_by(kind: type) -> list[Parameter]:
    """What a class is made with, by name."""
    many = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return [one for one in signature(kind).parameters.values() if one.kind not in many]


def tells_sides(estimator: Any, path: str) -> bool:
    """Whether it is a classifier (which tells the side) rather than a regressor.

    Raises: InvalidOption for anything else, or a classifier that gives no chances.
    """
    from sklearn.base import is_classifier, is_regressor

    try:
        kinds = is_regressor(estimator), is_classifier(estimator)
    except AttributeError as error:
        raise InvalidOption(f"{path} cannot take these settings: {error}.", "Give other settings.") from None
    if kinds[0]:
        return False
    if not kinds[1]:
        raise InvalidOption(f"{path} is neither a regressor nor a classifier.", "Give one of the two.")
    if not hasattr(estimator, "predict_proba"):
        raise InvalidOption(
            f"{path} gives no chances with these settings.",
            "Give a classifier with predict_proba, or its regressor.",
        )
    return True


def need_libraries(path: str) -> None:
    """Refuse where the library of a class is not there.

    Raises: MissingLibrary naming it and how to install it.
    """
    of_path = ("xgboost",) if path.startswith("xgboost.") else ()
    need_ml(WHO, ("sklearn", "skops", *of_path), "Ridge and the other baselines need none of it.")


def library_of(path: str) -> str:
    """The library of a class with its version, such as 'sklearn 1.9.1'."""
    name = path.partition(".")[0]
    return f"{name} {import_module(name).__version__}"


def one_thread() -> Any:
    """A context in which compiled sums are made by one thread, in one order."""
    return _pools().limit(limits=1)


@cache
def _pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
