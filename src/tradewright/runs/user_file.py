"""A Python file of the user's own, run once for each content.

Reading such a file runs it: it is the user's program, with the user's rights.
"""

import hashlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from tradewright.runs.own_code import said_by
from tradewright.values.errors import BadInput


def parted(source: str) -> tuple[Path | None, str]:
    """File and class of a source; no file for a plain name. Colons in a path are left to the path."""
    head, colon, tail = source.rpartition(":")
    if colon and head.endswith(".py"):
        return Path(head), tail
    if source.endswith(".py"):
        return Path(source), ""
    return None, ""


def module_of(path: Path) -> ModuleType:
    """The file as a module of its own, run once for each content."""
    source = path.read_bytes()
    digest = hashlib.sha256(source).hexdigest()[:12]
    name = f"tradewright_user_{path.stem}_{digest}"
    if name in sys.modules and sys.modules[name].__file__ == str(path):
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    if spec is None:
        raise BadInput(f"'{path}' cannot be read as Python.", "Give a file that ends in .py.")
    module = module_from_spec(spec)
    # Dataclasses look their module up while they are made.
    sys.modules[name] = module
    try:
        # Not through the loader: its bytecode cache looks at seconds and sizes, and an edit within one second
        # that keeps the size would run the old code under the new hash.
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _broken(path, error) from error
    return module


def _broken(path: Path, error: BaseException) -> BadInput:
    """The error for a file that does not run, with the line in that file."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        said = f"{error.msg}: {(error.text or '').strip()}"
        return BadInput(f"{path}:{error.lineno}: {said}", "Mend the line; nothing was run.")
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return BadInput(f"{path}:{line}: {said_by(error)}", "Mend the file; --debug shows the trace.")
