"""Files that survive a power failure: their bytes are on the disk before anybody may find them by name."""

import os
from pathlib import Path


def write_through(path: Path, content: bytes) -> None:
    """Write a file so that it is on the disk before its folder gets its name.

    Raises: OSError.
    """
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a folder's entries survive a power failure.

    Raises: OSError.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of another at once: whoever reads finds the old one or the new one, whole.

    Raises: OSError; the old one then stands.
    """
    fresh = path.with_name(f"{_fresh_prefix(path)}{os.getpid()}-{os.urandom(4).hex()}")
    try:
        write_through(fresh, content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)


def sweep_fresh(path: Path) -> list[Path]:
    """Remove what writers that were killed left beside a file; gives what was removed.

    Only for who is alone with this file: the fresh file of a writer at work would go as well.
    """
    found = [one for one in path.parent.glob("*") if one.name.startswith(_fresh_prefix(path))]
    for orphan in found:
        orphan.unlink(missing_ok=True)
    return found


def _fresh_prefix(path: Path) -> str:
    """How the names of a file's successors begin while they are written."""
    return f".{path.name}-"
