"""Finds an execution profile by its name."""

from tradewright.execution.profiles.idealistic import IDEALISTIC
from tradewright.execution.profiles.realistic import REALISTIC
from tradewright.execution.profiles.stressed import STRESSED
from tradewright.values.errors import unknown_name
from tradewright.values.profile import ExecutionProfile

DEFAULT = REALISTIC.name
PROFILES = {profile.name: profile for profile in (IDEALISTIC, REALISTIC, STRESSED)}


def find(name: str) -> ExecutionProfile:
    """The profile of that name.

    Raises: UnknownName with the nearest name that exists.
    """
    if name not in PROFILES:
        raise unknown_name(name, "profile", PROFILES)
    return PROFILES[name]
