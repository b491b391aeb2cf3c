"""What learns needs libraries that the rest of the package does not: said here, by name."""

from importlib.util import find_spec

from tradewright.values.errors import Blocked

LIBRARIES = ("jax", "equinox")


def need_ml() -> None:
    """Refuse in one line where the libraries of the extra are not there.

    Raises: Blocked naming what is missing, and the extra.
    """
    missing = [name for name in LIBRARIES if find_spec(name) is None]
    if missing:
        raise Blocked(
            f"A learned pricer needs {' and '.join(missing)}, which are not installed.",
            "Install the extra: pip install 'tradewright[ml]'. The closed form needs none of it.",
        )
