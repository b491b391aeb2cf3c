"""Where features come from: a named set, a feature of the package, or a file of the user's own."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from tradewright.features import registry
from tradewright.features.contract import Feature
from tradewright.features.expression import Expression
from tradewright.features.feature_set import FeatureSet
from tradewright.features.sets import SETS, find_set
from tradewright.runs.own_code import said_by
from tradewright.runs.user_file import module_of, parted
from tradewright.values.errors import BadInput, InvalidOption, NotFound, TradewrightError, unknown_name

KINDS = (FeatureSet, Feature, Expression)


def load(source: str, given: Mapping[str, str] | None = None) -> FeatureSet:
    """The features behind "technical", "rsi" or "path/to/file.py:Name"; all of a file without a name.

    `given` are parameters as typed, for a lone feature.
    Raises: UnknownName with the nearest name, NotFound for a missing file, BadInput for one that does not
    run.
    """
    given = given or {}
    path, wanted = parted(source)
    if path is None:
        return _of_package(source, given)
    if not path.is_file():
        raise NotFound(f"No file '{path}'.", "Give path/to/file.py:Name, or a name such as technical.")
    mine = _defined(module_of(path))
    if wanted and wanted not in mine:
        raise unknown_name(wanted, f"feature, set or formula in '{path}'", mine)
    if not mine:
        raise BadInput(f"'{path}' defines no feature.", "Write one: class Name(Feature): ...")
    if wanted:
        return _as_set(wanted, mine[wanted], path, given)
    _refuse_parameters(given, source)
    return FeatureSet({name: one for part in mine for name, one in _pairs(part, mine[part], path)})


def load_all(sources: Sequence[str]) -> FeatureSet:
    """The features behind several sources as one set.

    Raises: as `load`; InvalidOption where two columns have one name.
    """
    sets = [load(source) for source in sources]
    names = [name for one in sets for name in one.names]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise InvalidOption(f"Two columns are called '{twice[0]}'.", "Name each feature once.")
    every = [part for one in sets for part in one.features]
    return FeatureSet(dict(zip(names, every, strict=True)))


def own_files(sources: Sequence[str]) -> dict[str, str]:
    """SHA-256 of each file of the user's own among some sources, by its path.

    A schema hash names a column's formula, and what a windowed function reaches in its file; not what it does
    while the file is read.
    """
    paths = dict.fromkeys(path for path, _ in map(parted, sources) if path is not None)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def _of_package(name: str, given: Mapping[str, str]) -> FeatureSet:
    """A named set, or one feature."""
    if name in SETS:
        _refuse_parameters(given, name)
        return find_set(name)
    if name not in registry.members():
        raise unknown_name(name, "feature or named set", [*SETS, *registry.members()])
    return FeatureSet([registry.find(name).from_text(given)])


def _defined(module: ModuleType) -> dict[str, object]:
    """The sets, features and formulas that a file makes itself; not those it imported to build on."""
    found: dict[str, object] = {}
    for name, value in vars(module).items():
        is_class = (
            isinstance(value, type) and issubclass(value, Feature) and value.__module__ == module.__name__
        )
        is_made = isinstance(value, KINDS) and not name.startswith("_")
        if is_class or (is_made and not _is_imported(name, value)):
            found[name] = value
    return found


def _is_imported(name: str, value: object) -> bool:
    """True for the package's own inputs (CLOSE and its like), which a file imports to write formulas in."""
    from tradewright.features import expression

    return getattr(expression, name, None) is value


def _as_set(name: str, value: object, path: Path, given: Mapping[str, str]) -> FeatureSet:
    """What a file calls by a name, as a set."""
    if isinstance(value, type) and issubclass(value, Feature):
        return FeatureSet([_built(value, path, given)])
    _refuse_parameters(given, name)
    return value if isinstance(value, FeatureSet) else FeatureSet(dict(_pairs(name, value, path)))


def _pairs(name: str, value: object, path: Path) -> list[tuple[str, Feature | Expression]]:
    """The columns behind one name of a file."""
    if isinstance(value, FeatureSet):
        return list(zip(value.names, value.features, strict=True))
    if isinstance(value, type) and issubclass(value, Feature):
        value = _built(value, path, {})
    if isinstance(value, Feature):
        return [(value.name, value)]
    assert isinstance(value, Expression)
    return [(name, value)]


def _built(kind: type[Feature], path: Path, given: Mapping[str, str]) -> Feature:
    """A user's class as a feature whose formula can be read.

    Raises: BadInput where the class lacks its formula, or its own code fails.
    """
    try:
        made = kind.from_text(given)
        formula = made.formula()
    except TradewrightError:
        raise
    except (Exception, SystemExit) as error:
        raise BadInput(
            f"{kind.__name__} in '{path}' cannot be built: {said_by(error)}.",
            "Write: def formula(self): return CLOSE / lag(CLOSE, 20) - 1.0",
        ) from error
    if not isinstance(formula, Expression):
        raise BadInput(
            f"formula of {kind.__name__} in '{path}' gave {type(formula).__name__}.",
            "Return a formula, such as CLOSE / lag(CLOSE, 20) - 1.0.",
        )
    return made


def _refuse_parameters(given: Mapping[str, str], name: str) -> None:
    """Parameters belong to one feature."""
    if given:
        raise InvalidOption(f"--set is given and '{name}' takes no parameters.", "Name a single feature.")
