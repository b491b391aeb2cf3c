"""The process in which a user's file is run and audited: reads a request, writes a certificate, nothing else.

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
from tradewright.causality.verdict import AuditLevel, NotAssessed
from tradewright.runs.auditing.clock import FrozenClock
from tradewright.runs.auditing.files import Watch
from tradewright.runs.auditing.reproducer import reproducer_of
from tradewright.runs.auditing.request import AuditRequest, request_from
from tradewright.runs.auditing.tables import tables_of
from tradewright.values.errors import TradewrightError, unknown_name


def main(arguments: list[str]) -> int:
    """Carry a request out; gives 0 where a certificate was written, 2 where the request was misuse."""
    request = request_from(json.loads(Path(arguments[0]).read_text(encoding="utf-8")))
    try:
        told: dict[str, Any] = plain(certificate_of(request))
    except TradewrightError as error:
        told = {"error": type(error).__name__, "what": error.what, "mend": error.mend}
    written = Path(arguments[1] + ".part")
    written.write_text(json.dumps(told), encoding="utf-8")
    written.replace(arguments[1])
    return 2 if "error" in told else 0


def certificate_of(request: AuditRequest) -> Certificate:
    """Load the tables and the function, watch them, and audit.

    Raises: TradewrightError for files and names that are not there.
    """
    tables = tables_of(request)
    clock, watch = FrozenClock(time.time_ns()), Watch()
    stopwatch = time.perf_counter
    clock.install()
    watch.install()

    @contextmanager
    def watching() -> Iterator[None]:
        with watch.listening(), clock.standing():
            yield

    try:
        with watch.listening():
            module = loaded_file(request)
        clock.adopt(module)
        target = function_of(request, module)
    except TradewrightError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a user's file may raise anything at all
        said = " ".join(str(error).split())[:200]
        return not_assessed(request, f"its file does not run: {type(error).__name__}: {said}")
    loaded = tuple(watch.read)
    findings = linted(request)
    options = replace(
        request.options(),
        suspects=suspects(linted(request, with_labels=True)),
        clock=stopwatch,
        watching=watching,
        side_channels=lambda: (*((clock,) if clock.was_used() else ()), *watch.channels()),
    )
    certificate = audit(target, tables[0] if len(tables) == 1 else _named(request, tables), options)
    certificate = replace(certificate, reproducer=reproducer_of(certificate, target, tables[0], request))
    certificate = replace(
        certificate, notes=(*certificate.notes, *(f"level C0, {one}".rstrip(".") for one in findings))
    )
    return _with_what_was_heard(certificate, watch, loaded, request)


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


def function_of(request: AuditRequest, module: ModuleType) -> Any:
    """Take the function out of the user's file; a class is made first.

    Raises: UnknownName for a function it does not have.
    """
    found: Any = module
    for part in request.function.split("."):
        if not hasattr(found, part):
            names = [name for name, value in vars(found).items() if callable(value) and name[0] != "_"]
            raise unknown_name(part, f"function of '{request.file}'", names)
        found = getattr(found, part)
        found = found() if isinstance(found, type) else found
    if not callable(found):
        raise unknown_name(request.function, f"function of '{request.file}'", [])
    return found


def not_assessed(request: AuditRequest, reason: str) -> Certificate:
    """A certificate that says why there is none."""
    return Certificate(
        target=request.function,
        channels=(ChannelVerdict("all", NotAssessed(reason)),),
        level=AuditLevel.C1,
        coverage=Coverage(),
        tolerance=0.0,
        seeds=(request.seed,),
    )


def _with_what_was_heard(
    certificate: Certificate, watch: Watch, loaded: tuple[str, ...], request: AuditRequest
) -> Certificate:
    """What the watch heard, in words; a target that wanted the network cannot pass."""
    heard = [f"while it was loaded, its file read {os.path.basename(path)}" for path in loaded]
    heard += [f"reads the file {path}" for path in watch.read if path not in loaded]
    heard += [f"writes the file {path}" for path in watch.written]
    heard += [f"starts the program {name}" for name in watch.started]
    heard += [f"wants the network: {where}" for where in watch.network]
    told = replace(certificate, target=f"{request.file}:{request.function}")
    if watch.network and certificate.exit_code == 0:
        reason = f"it wants the network ({next(iter(watch.network))}), and what came from there has no date"
        channels = tuple(ChannelVerdict(one.channel, NotAssessed(reason)) for one in certificate.channels)
        told = replace(told, channels=channels)
    return replace(told, notes=(*told.notes, *heard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
