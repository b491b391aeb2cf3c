"""Findings about data: a typed code, a level, a place and words."""

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How much a finding matters: an error blocks a run unless the study waives its code."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing the quality report found; `symbol` is empty where it concerns the whole dataset."""

    code: str
    level: Level
    symbol: str
    message: str
    count: int = 1
    first: str = ""
