"""Fixtures of tests of runs; their made runs stand in a file beside them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
