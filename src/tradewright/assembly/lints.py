"""The static lint over files and folders: reads the text, runs nothing."""

from pathlib import Path

from tradewright.causality.lint.check import lint
from tradewright.causality.lint.findings import LintFinding
from tradewright.values.errors import BadInput, InvalidOption, NotFound


def lint_files(target: str, decide_at: str = "close") -> list[LintFinding]:
    """Findings in a file (`file.py`, `file.py:function`) or in every Python file below a folder.

    Raises: NotFound for a path that is not there; InvalidOption for one that is no Python; BadInput for text
    that is none; UnknownName for a function that is not in its file.
    """
    if decide_at not in ("open", "close"):
        raise InvalidOption(f"--decide-at {decide_at}.", "Give 'open' or 'close'.")
    place, function = _parted(target)
    if place.is_dir():
        files = sorted(path for path in place.rglob("*.py") if not _is_hidden(path.relative_to(place)))
        if not files:
            raise NotFound(f"No Python file below '{place}'.", "Give path/to/file.py or a folder of them.")
        return [found for file in files for found in lint(_text(file), str(file), "", decide_at)]
    if not place.is_file():
        raise NotFound(f"No file '{place}'.", "Give path/to/file.py, path/to/file.py:function or a folder.")
    if place.suffix != ".py":
        raise InvalidOption(f"'{place}' is no Python file.", "Give path/to/file.py.")
    return lint(_text(place), str(place), function, decide_at)


def _parted(target: str) -> tuple[Path, str]:
    file, colon, function = target.rpartition(":")
    return (Path(file), function) if colon and file.endswith(".py") else (Path(target), "")


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is no text: {error.reason}.", "Save it as UTF-8.") from error
