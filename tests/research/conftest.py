"""Study files, a workspace and a small market for tests of the research room."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
