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
    fresh = path.with_name(f".{path.name}-{os.getpid()}-{os.urandom(4).hex()}")
    try:
        write_through(fresh, content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)
