"""What is audited, where it is no function: features, a strategy, or a pipeline that has been fitted."""

import hashlib
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tradewright.causality.certificate import Certificate, Coverage
from tradewright.causality.verdict import AuditLevel, NoDependenceObserved
from tradewright.data.catalogue import Catalogue
from tradewright.data.feeds.csv_parquet import FileOptions, read
from tradewright.execution.profiles.registry import DEFAULT, find
from tradewright.features.contract import Feature
from tradewright.features.expression import Expression
from tradewright.features.feature_set import BARS, FeatureSet
from tradewright.kernel.native import cache
from tradewright.runs.auditing.request import AuditRequest
from tradewright.runs.feature_audit import audit_features
from tradewright.runs.strategy_audit import audit_strategy
from tradewright.strategies.contract import Strategy
from tradewright.values.errors import BadInput, InvalidOption
from tradewright.values.instant import Instant
from tradewright.values.panel import Panel
from tradewright.values.profile import AccountOptions

Traded = FeatureSet | type[Strategy]


def traded(thing: Any, name: str, given: Mapping[str, str]) -> Traded | None:
    """A feature, formula, set or strategy as it is audited; None for anything else."""
    is_feature = isinstance(thing, FeatureSet | Feature | Expression)
    if is_feature or (isinstance(thing, type) and issubclass(thing, Feature)):
        return _features(thing, name, given)
    if isinstance(thing, type) and issubclass(thing, Strategy):
        return thing
    return None


def named(name: str, stage: str, given: Mapping[str, str]) -> Traded:
    """A feature, named set or strategy of this package.

    Raises: UnknownName with the nearest name.
    """
    if stage == "strategy":
        from tradewright.strategies import registry

        return registry.find(name)
    from tradewright.runs.feature_source import load

    return load(name, given)


def audit_traded(subject: Traded, request: AuditRequest) -> Certificate:
    """Audit features or a strategy on the bars that a request names.

    Raises: what is wrong with the data or the parameters.
    """
    if request.compiled:
        cache.configure(Path(request.compiled))
    panel = panel_of(request)
    if isinstance(subject, FeatureSet):
        return _of_features(subject, panel, request.name or f"{request.file}:{request.function}")
    strategy = subject.from_text(request.parameters)
    return audit_strategy(strategy, panel, AccountOptions(), find(DEFAULT), request.seed)


def panel_of(request: AuditRequest) -> Panel:
    """The bars of a dataset of the workspace, or of a file as ingesting it would read it.

    Raises: NotFound, BadInput or InvalidOption for data that are none.
    """
    now = Instant(time.time_ns())
    if request.dataset:
        catalogue = Catalogue(Path(request.catalogue))
        return catalogue.panel(catalogue.resolve(request.dataset), now)
    if len(request.tables) != 1:
        raise InvalidOption(
            f"{len(request.tables)} tables for features or a strategy.", "Give one, with --data."
        )
    (source,) = request.tables
    columns = {"date": source.known_at or source.index, "symbol": request.asset}
    mapped = {ours: theirs for ours, theirs in columns.items() if theirs}
    content = read(Path(source.path), FileOptions(name="audited", columns=mapped))
    with tempfile.TemporaryDirectory(prefix="tradewright-audit-") as folder:
        catalogue = Catalogue(Path(folder) / "catalogue")
        panel = catalogue.panel(catalogue.commit(content, now), now)
    if len(panel.instants) < 2:
        raise BadInput(
            f"'{source.path}' has {len(panel.instants)} rows.", "An audit needs a past and a future."
        )
    return panel


def saved(path: str) -> Any:
    """A pipeline out of a file that skops wrote, which runs no code of the file's own.

    Raises: BadInput for a file that is none, or that holds more than scikit-learn's own types.
    """
    try:
        from skops.io import get_untrusted_types, load
    except ImportError as error:
        raise BadInput(
            f"'{path}' was saved with skops, which is not installed.",
            "Install it: pip install 'tradewright[research]'.",
        ) from error
    try:
        unknown = get_untrusted_types(file=path)
        if not unknown:
            return load(path)
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise BadInput(
            f"'{path}' is no pipeline saved with skops: {type(error).__name__}: {said}.",
            "Save it with skops.io.dump(pipeline, 'pipeline.skops').",
        ) from error
    raise BadInput(
        f"'{path}' holds types that are not scikit-learn's own: {', '.join(unknown[:3])}.",
        "Audit it where it is made, whose code you know: path/to/file.py:name.",
    )


def _features(thing: Any, name: str, given: Mapping[str, str]) -> FeatureSet:
    if isinstance(thing, type) and issubclass(thing, Feature):
        return FeatureSet([thing.from_text(given)])
    if given:
        raise InvalidOption(f"--set is given and '{name}' takes no parameters.", "Name a feature's class.")
    if isinstance(thing, Feature):
        return FeatureSet([thing])
    return thing if isinstance(thing, FeatureSet) else FeatureSet({name: thing})


def _of_features(features: FeatureSet, panel: Panel, target: str) -> Certificate:
    """The certificate over a set: its stream, which holds the past alone, against its batch at every row."""
    channels = audit_features(features, panel)
    levels = [one.verdict.level for one in channels if isinstance(one.verdict, NoDependenceObserved)]
    rows = len(panel.instants)
    certificate = Certificate(
        target=target,
        channels=channels,
        level=min(levels, key=lambda one: one.value, default=AuditLevel.C4),
        coverage=Coverage(rows + 1, rows, 2 * rows, rows),
        tolerance=0.0,
        seeds=(),
        code_hash=features.schema_hash,
        data_hash=_hash_of(panel),
    )
    symbols = f"{len(panel.symbols):,} symbol{'' if len(panel.symbols) == 1 else 's'}"
    words = f"fed one row at a time it said the same at all {rows:,} rows of {symbols}"
    return replace(certificate, notes=(words,) if certificate.exit_code == 0 else ())


def _hash_of(panel: Panel) -> str:
    digest = hashlib.sha256(repr(panel.symbols).encode())
    for column in (panel.instants, panel.actions, *(getattr(panel, name) for name in BARS)):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()
