"""The few options of an installation: where things are kept, and whether a study is replayed at once.

They come from the command line, then the environment, then `tradewright.toml` in the current folder.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tradewright.values.errors import BadInput, InvalidOption, StorageFailure, unknown_name

FILE = "tradewright.toml"
WORKSPACE_VARIABLE = "TRADEWRIGHT_WORKSPACE"
LEDGER_VARIABLE = "TRADEWRIGHT_LEDGER"
DEFAULT_WORKSPACE = ".tradewright"


@dataclass(frozen=True)
class Options:
    """What an installation may choose.

    `workspace` holds catalogue, runs and ledger. `cache` holds compiled code; without it the user's cache
    folder does. `verify` says whether a finished study is executed again in a new process before its verdict.
    `ledger` is the URL of a PostgreSQL database that keeps the ledger; else a file of the workspace does.
    """

    workspace: Path
    cache: Path | None = None
    verify: bool = True
    ledger: str = ""


def options_of(workspace: Path | None, environment: Mapping[str, str], folder: Path) -> Options:
    """The options that hold in a folder.

    Raises: BadInput for a file that is no TOML, UnknownName for a key, InvalidOption for a value.
    """
    given = _read(folder / FILE)
    named = workspace or environment.get(WORKSPACE_VARIABLE) or given.get("workspace", DEFAULT_WORKSPACE)
    cache = given.get("cache")
    return Options(
        workspace=(folder / Path(named).expanduser()).resolve(),
        cache=None if cache is None else (folder / Path(cache).expanduser()).resolve(),
        verify=given.get("verify", True),
        ledger=environment.get(LEDGER_VARIABLE) or given.get("ledger", ""),
    )


def _read(path: Path) -> dict[str, Any]:
    """What the file says, checked; nothing where there is no file."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} is not TOML: {error}.", "Text stands in quotes.") from error
    except OSError as error:
        raise StorageFailure(f"{path} cannot be read: {error.strerror}.") from error
    known = [field.name for field in fields(Options)]
    for key, value in raw.items():
        if key not in known:
            raise unknown_name(key, f"key of {FILE}", known)
        _check_type(key, value)
    return raw


def _check_type(key: str, value: object) -> None:
    """Refuse a value of the wrong type."""
    words = "a URL in quotes" if key == "ledger" else "a path in quotes"
    wanted, words = (bool, "true or false") if key == "verify" else (str, words)
    if not isinstance(value, wanted) or value == "":
        raise InvalidOption(f"{key} = {value!r} in {FILE}.", f"Give {words}.")
