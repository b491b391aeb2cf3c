"""Fitted estimators as bytes that run no code when they are read: the format of skops, made canonical.

The archive that skops writes names objects by their addresses in memory and files by random names, so that no
two writes are equal. Here both are counted in the order in which they stand: equal estimators, equal bytes.
"""

import io
import json
from functools import lru_cache
from importlib import import_module
from itertools import count
from typing import Any
from zipfile import ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from tradewright.values.errors import BadInput, InvalidOption

Bytes = NDArray[np.uint8]
SCHEMA = "schema.json"
# How scikit-learn marks a node without children.
LEAF = -1
# Whose compiled code believes whatever shapes it is given.
UNBOUNDED = "sklearn.svm"
# Beside scikit-learn's own estimators, which skops knows. No type outside both is written or read: kernels
# and optimisers are plain values; trees are held to their bounds below; a booster is parsed by its library.
TRUSTED_TYPES = (
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.gaussian_process.kernels.ConstantKernel", "sklearn.gaussian_process.kernels.Matern",
    "sklearn.gaussian_process.kernels.Product", "sklearn.gaussian_process.kernels.RBF",
    "sklearn.gaussian_process.kernels.Sum", "sklearn.gaussian_process.kernels.WhiteKernel",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
    "xgboost.core.Booster", "xgboost.sklearn.XGBClassifier", "xgboost.sklearn.XGBRFClassifier",
    "xgboost.sklearn.XGBRFRegressor", "xgboost.sklearn.XGBRegressor",
)  # fmt: skip


def as_bytes(estimator: Any, columns: int) -> Bytes:
    """An estimator fitted to so many columns as bytes; equal estimators give equal bytes.

    Raises: InvalidOption where it could not be read again.
    """
    from skops.io import dumps, get_untrusted_types

    content = _canonical(dumps(estimator))
    strange = sorted(set(get_untrusted_types(data=content)) - set(TRUSTED_TYPES))
    if strange:
        raise InvalidOption(
            f"{type(estimator).__name__} holds {', '.join(strange[:3])}, which no reader trusts.",
            "Give another class or other settings.",
        )
    try:
        _refuse_wild(estimator, columns, set())
    except ValueError as error:
        raise InvalidOption(
            f"{type(estimator).__name__} could not be read again: {error}.", "Give other settings."
        ) from None
    return np.frombuffer(content, dtype=np.uint8)


def estimator_of(kept: Bytes, path: str, columns: int) -> Any:
    """The estimator of a class in such bytes. Nothing is unpickled and no type that is not trusted is made.

    Raises: BadInput, also where the bytes hold an estimator of another class.
    """
    found = _read(kept.tobytes(), columns)
    module, _, name = path.rpartition(".")
    if type(found) is not getattr(import_module(module), name):
        raise BadInput(
            f"A kept estimator is no {name} but a {type(found).__name__}.", "Copy it again, or train anew."
        )
    return found


# Rows are often asked about one at a time.
@lru_cache(maxsize=64)
def _read(content: bytes, columns: int) -> Any:
    from skops.io import loads

    try:
        found = loads(content, trusted=list(TRUSTED_TYPES))
        _refuse_wild(found, columns, set())
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise BadInput(
            f"A kept estimator cannot be read: {type(error).__name__}: {said}.", "Train anew."
        ) from error
    return found


def _refuse_wild(held: Any, columns: int, seen: set[int]) -> None:
    """Refuse what would be walked out of its memory, or for ever; compiled code looks for neither.

    A node's children come after it, within its tree, or it is a leaf; its feature is one of the columns, and
    every part was fitted to all of them. Raises: ValueError.
    """
    if id(held) in seen:
        return
    seen.add(id(held))
    kind = type(held).__name__
    if type(held).__module__.startswith(UNBOUNDED):
        raise ValueError(f"{kind} is not held to its bounds")
    if getattr(held, "n_features_in_", columns) != columns:
        raise ValueError(f"{kind} was fitted to {held.n_features_in_} columns of {columns}")
    if kind == "Tree":
        is_leaf = held.children_left == LEAF
        _refuse_wild_nodes((held.children_left, held.children_right, held.feature), is_leaf, columns)
        if held.n_features != columns:
            raise ValueError("a tree was grown on other columns")
    elif kind == "TreePredictor":
        ways = tuple(held.nodes[name].astype(np.int64) for name in ("left", "right", "feature_idx"))
        _refuse_wild_nodes(ways, held.nodes["is_leaf"] != 0, columns)
        if np.any(held.nodes["is_categorical"]):
            raise ValueError("a node asks for categories, of which there are none here")
    elif kind.startswith("GradientBoosting") and held.estimators_.shape[1] != held.n_trees_per_iteration_:
        raise ValueError("there are more trees in a step than it answers for")
    for one in _within(held):
        _refuse_wild(one, columns, seen)


def _refuse_wild_nodes(
    ways: tuple[NDArray[Any], NDArray[Any], NDArray[Any]], is_leaf: NDArray[np.bool_], columns: int
) -> None:
    """Where a tree's nodes lead: left, right, and by which feature."""
    left, right, feature = ways
    if not len(left):
        raise ValueError("a tree has no node")
    place = np.arange(len(left))
    for child in (left, right):
        if np.any(~is_leaf & ((child <= place) | (child >= len(left)))):
            raise ValueError("a node's child lies outside its tree")
    if np.any(~is_leaf & ((feature < 0) | (feature >= columns))):
        raise ValueError("a node asks for a feature that there is not")


def _within(held: Any) -> list[Any]:
    """What an object holds that may hold a tree."""
    if isinstance(held, np.ndarray):
        return list(held.ravel()) if held.dtype == object else []
    if isinstance(held, list | tuple):
        return list(held)
    if isinstance(held, dict):
        return list(held.values())
    return list(vars(held).values()) if hasattr(held, "__dict__") and not isinstance(held, type) else []


def _canonical(content: bytes) -> bytes:
    """The same archive with objects and files counted, and without the time of writing."""
    with ZipFile(io.BytesIO(content)) as held:
        files = {name: held.read(name) for name in held.namelist()}
    schema = json.loads(files.pop(SCHEMA))
    objects: dict[int, int] = {}
    names: dict[str, str] = {}
    _rename(schema, objects, names, count(1))
    out = io.BytesIO()
    with ZipFile(out, "w") as fresh:
        for name, theirs in sorted((names[name], name) for name in files):
            fresh.writestr(ZipInfo(name), files[theirs])
        fresh.writestr(ZipInfo(SCHEMA), json.dumps(schema))
    return out.getvalue()


def _rename(node: Any, objects: dict[int, int], names: dict[str, str], numbers: "count[int]") -> None:
    """Count ids and files below a node of the schema, in place."""
    if isinstance(node, list):
        for one in node:
            _rename(one, objects, names, numbers)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("__id__"), int):
        node["__id__"] = objects.setdefault(node["__id__"], len(objects) + 1)
    if isinstance(node.get("file"), str):
        given = node["file"]
        names.setdefault(given, f"{next(numbers)}.{given.rpartition('.')[2]}")
        node["file"] = names[given]
    for one in node.values():
        _rename(one, objects, names, numbers)
