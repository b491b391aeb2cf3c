"""The process in which what is audited is loaded and run: reads a request, writes a certificate, no more.

Started as `python -m tradewright.runs.auditing.child REQUEST.json CERTIFICATE.json`.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from tradewright.causality.as_json import plain
from tradewright.causality.audit import audit
from tradewright.causality.certificate import Certificate, ChannelVerdict, Coverage
from tradewright.causality.lint.check import lint, suspects
from tradewright.causality.lint.findings import LintFinding
from tradewright.causality.options import AuditOptions
from tradewright.causality.pipeline_stage import FittedOn, audit_pipeline, is_pipeline
from tradewright.causality.verdict import AuditLevel, NotAssessed
from tradewright.features.contract import Feature
from tradewright.runs.auditing.clock import FrozenClock
from tradewright.runs.auditing.files import Watch
from tradewright.runs.auditing.reproducer import reproducer_of
from tradewright.runs.auditing.request import AuditRequest, request_from
from tradewright.runs.auditing.subjects import audit_traded, named, saved, traded
from tradewright.runs.auditing.tables import known_by_its_dates, tables_of
from tradewright.runs.feature_source import KINDS
from tradewright.strategies.contract import Strategy
from tradewright.values.errors import InvalidOption, TradewrightError, unknown_name


def main(arguments: list[str]) -> int:
    """Carry a request out; gives 0 where a certificate was written, 2 where the request was misuse."""
    request = request_from(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    try:
        told: dict[str, Any] = plain(certificate_of(request))
    except TradewrightError as error:
        # The reader knows the kinds of errors.py alone; an error of a narrower kind is told as its parent.
        kind = next(one for one in type(error).__mro__ if one.__module__ == TradewrightError.__module__)
        told = {"error": kind.__name__, "what": error.what, "mend": error.mend}
    written = Path(arguments[1] + ".part")
    written.write_text(json.dumps(told), encoding="utf-8")
    written.replace(arguments[1])
    return 2 if "error" in told else 0


def certificate_of(request: AuditRequest) -> Certificate:
    """Load what is audited and its tables, watch them, and audit.

    Raises: TradewrightError for files and names that are not there.
    """
    if request.name:
        return audit_traded(named(request.name, request.stage, request.parameters), request)
    clock, watch = FrozenClock(time.time_ns()), Watch()
    stopwatch = time.perf_counter
    clock.install()
    watch.install()

    @contextmanager
    def watching() -> Iterator[None]:
        with watch.listening(), clock.standing():
            yield

    try:
        if request.function:
            with watch.listening():
                module = loaded_file(request)
            clock.adopt(module)
            target = thing_of(request, module)
        else:
            target = saved(request.file)
    except TradewrightError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's file may raise anything at all
        said = " ".join(str(error).split())[:200]
        return not_assessed(request, f"its file does not run: {type(error).__name__}: {said}")
    on_market = traded(target, request.function, request.parameters)
    if on_market is not None:
        return audit_traded(on_market, request)
    read_before = tuple(watch.read)
    tables = tables_of(request)
    request = known_by_its_dates(request, tables)
    options = replace(
        request.options(),
        suspects=suspects(linted(request, with_labels=True)) if request.function else (),
        clock=stopwatch,
        watching=watching,
        side_channels=lambda: (*((clock,) if clock.was_used() else ()), *watch.channels()),
    )
    certificate = _audited(target, tables, request, options)
    return _with_what_was_heard(certificate, watch, read_before, request)


def _audited(
    target: Any, tables: tuple[Any, ...], request: AuditRequest, options: AuditOptions
) -> Certificate:
    """A function or a fitted pipeline, audited.

    Raises: InvalidOption for what is neither, or for words that do not belong to it.
    """
    if is_pipeline(target):
        if len(tables) != 1 or request.frame != "pandas":
            raise InvalidOption(
                f"{len(tables)} tables of {request.frame} for a fitted pipeline.",
                "Give one table with --data and leave --frame at pandas.",
            )
        return audit_pipeline(target, tables[0], request.fitted_on, options)
    if request.fitted_on != FittedOn():
        raise InvalidOption(
            f"'{request.function}' is no fitted pipeline.",
            "Leave out --answer, --trained-until, --answer-rows and --column.",
        )
    if request.parameters:
        raise InvalidOption(
            f"--set is given and '{request.function}' is no feature and no strategy.", "Leave it out."
        )
    certificate = audit(target, tables[0] if len(tables) == 1 else _named(request, tables), options)
    words = tuple(f"level C0, {one}".rstrip(".") for one in linted(request))
    return replace(
        certificate,
        reproducer=reproducer_of(certificate, target, tables[0], request),
        notes=(*certificate.notes, *words),
    )


def linted(request: AuditRequest, with_labels: bool = False) -> list[LintFinding]:
    """What the static lint finds in the function asked for; nothing where it stands in another file."""
    source = Path(request.file).read_text(encoding="utf-8", errors="replace")
    try:
        return lint(source, request.file, request.function, request.decide_at, with_labels)
    except TradewrightError:
        return []
    except Exception:  # noqa: BLE001 - a file too odd to be read must still be audited
        return []


def _named(request: AuditRequest, tables: tuple[Any, ...]) -> dict[str, Any]:
    return {source.name: table for source, table in zip(request.tables, tables, strict=True)}


def loaded_file(request: AuditRequest) -> ModuleType:
    """Run the user's file.

    Raises: whatever the file raises.
    """
    path = Path(request.file).resolve()
    # A script finds the modules beside it, as it would when run by hand.
    sys.path.insert(0, str(path.parent))
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def thing_of(request: AuditRequest, module: ModuleType) -> Any:
    """Take what is audited out of the user's file; a class is made first, unless it is traded.

    Raises: UnknownName for a name it does not have, InvalidOption for something that cannot be asked.
    """
    found: Any = module
    for part in request.function.split("."):
        if not hasattr(found, part):
            names = [name for name, value in vars(found).items() if can_be_asked(value) and name[0] != "_"]
            raise unknown_name(part, f"function of '{request.file}'", names)
        found = getattr(found, part)
        if isinstance(found, type) and not issubclass(found, Feature | Strategy):
            found = found()
    if not can_be_asked(found):
        raise InvalidOption(
            f"'{request.function}' of '{request.file}' is of type {type(found).__name__}.",
            "An audit takes a function of a table, a feature or a set of them, a strategy, or a pipeline "
            "that has fit and predict or transform.",
        )
    return found


def can_be_asked(thing: Any) -> bool:
    """Whether it is something that an audit takes."""
    return callable(thing) or is_pipeline(thing) or isinstance(thing, KINDS)


def not_assessed(request: AuditRequest, reason: str) -> Certificate:
    """A certificate that says why there is none."""
    return Certificate(
        target=request.function or request.name or request.file,
        channels=(ChannelVerdict("all", NotAssessed(reason)),),
        level=AuditLevel.C1,
        coverage=Coverage(),
        tolerance=0.0,
        seeds=(request.seed,),
    )


def _with_what_was_heard(
    certificate: Certificate, watch: Watch, before: tuple[str, ...], request: AuditRequest
) -> Certificate:
    """What the watch heard, in words; a target that wanted the network cannot pass."""
    heard = [f"while it was loaded, its file read {os.path.basename(path)}" for path in before]
    heard += [f"reads the file {path}" for path in watch.read if path not in before]
    heard += [f"writes the file {path}" for path in watch.written]
    heard += [f"starts the program {name}" for name in watch.started]
    heard += [f"wants the network: {where}" for where in watch.network]
    told = replace(certificate, target=f"{request.file}:{request.function}".rstrip(":"))
    if watch.network and certificate.exit_code == 0:
        reason = f"it wants the network ({next(iter(watch.network))}), and what came from there has no date"
        channels = tuple(ChannelVerdict(one.channel, NotAssessed(reason)) for one in certificate.channels)
        told = replace(told, channels=channels)
    return replace(told, notes=(*told.notes, *heard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
