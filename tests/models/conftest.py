"""Compiled pricing loops are kept where the kernel's are, so that only the first test run compiles them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tradewright.kernel.native import cache
from tradewright.models.option_pricing.compiled import keep_with

keep_with(cache.compile_kept)
