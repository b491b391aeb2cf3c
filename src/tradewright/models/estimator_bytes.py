"""Fitted estimators as bytes that run no code when they are read: the format of skops, made canonical.

The archive that skops writes names objects by their addresses in memory and files by random names, so that no
two writes are equal. Here both are counted in the order in which they stand: equal estimators, equal bytes.
"""

import io
import json
from functools import lru_cache
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


def as_bytes(estimator: Any) -> Bytes:
    """A fitted estimator as bytes; equal estimators give equal bytes.

    Raises: InvalidOption where it holds a type that is not trusted, so that it could not be read again.
    """
    from skops.io import dumps, get_untrusted_types

    content = _canonical(dumps(estimator))
    strange = sorted(set(get_untrusted_types(data=content)) - set(TRUSTED_TYPES))
    if strange:
        raise InvalidOption(
            f"{type(estimator).__name__} holds {', '.join(strange[:3])}, which no reader trusts.",
            "Give another class or other settings.",
        )
    return np.frombuffer(content, dtype=np.uint8)


def estimator_of(kept: Bytes) -> Any:
    """The estimator of such bytes. Nothing is unpickled and no type that is not trusted is made.

    Raises: BadInput.
    """
    return _read(kept.tobytes())


# Rows are often asked about one at a time.
@lru_cache(maxsize=64)
def _read(content: bytes) -> Any:
    from skops.io import loads

    try:
        found = loads(content, trusted=list(TRUSTED_TYPES))
        _refuse_wild_trees(found, set())
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise BadInput(
            f"A kept estimator cannot be read: {type(error).__name__}: {said}.", "Train anew."
        ) from error
    return found


def _refuse_wild_trees(held: Any, seen: set[int]) -> None:
    """Refuse a tree that would be walked out of its memory, or for ever; compiled code looks for neither.

    A node's children come after it, within the tree, or it is a leaf. Raises: ValueError.
    """
    if id(held) in seen:
        return
    seen.add(id(held))
    kind = type(held).__name__
    if kind == "Tree":
        _refuse_wild_nodes(held.children_left, held.children_right, held.children_left == LEAF)
        _refuse_wild_columns(held.feature[held.children_left != LEAF], held.n_features)
    elif kind == "TreePredictor":
        nodes = held.nodes
        _refuse_wild_nodes(
            nodes["left"].astype(np.int64), nodes["right"].astype(np.int64), nodes["is_leaf"] != 0
        )
    for one in _within(held):
        _refuse_wild_trees(one, seen)


def _within(held: Any) -> list[Any]:
    """What an object holds that may hold a tree."""
    if isinstance(held, np.ndarray):
        return list(held.ravel()) if held.dtype == object else []
    if isinstance(held, list | tuple):
        return list(held)
    if isinstance(held, dict):
        return list(held.values())
    return list(vars(held).values()) if hasattr(held, "__dict__") and not isinstance(held, type) else []


def _refuse_wild_nodes(left: NDArray[Any], right: NDArray[Any], is_leaf: NDArray[np.bool_]) -> None:
    place = np.arange(len(left))
    for child in (left, right):
        if np.any(~is_leaf & ((child <= place) | (child >= len(left)))):
            raise ValueError("a node's child lies outside its tree")


def _refuse_wild_columns(columns: NDArray[Any], count: int) -> None:
    if np.any((columns < 0) | (columns >= count)):
        raise ValueError("a node asks for a feature that there is not")


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
