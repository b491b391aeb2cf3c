"""What learns needs libraries that the rest of the package does not: said here, by name."""

from importlib.util import find_spec

from tradewright.values.errors import MissingLibrary

LIBRARIES = ("jax", "equinox")


def need_ml(
    who: str = "A learned pricer",
    libraries: tuple[str, ...] = LIBRARIES,
    instead: str = "The closed form needs none of it.",
) -> None:
    """Refuse in one line where the libraries of the extra are not there.

    Raises: MissingLibrary naming what is missing, and the extra.
    """
    missing = [name for name in libraries if find_spec(name) is None]
    if missing:
        told = " and ".join(missing)
        raise MissingLibrary(
            f"{who} needs {told}, which {'is' if len(missing) == 1 else 'are'} not installed.",
            f"Install the extra: pip install 'tradewright[ml]'. {instead}",
        )
