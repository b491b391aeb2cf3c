"""Builders beside the tests, and families of returns whose true Sharpe ratio is known."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
