"""The example that CONTRIBUTING.md gives is a strategy that passes the law."""

from pathlib import Path

import law
import pytest
from panels import MARKETS, panel_of

from tradewright.runs.strategy_source import load

GUIDE = Path(__file__).resolve().parents[3] / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def drift(tmp_path_factory):
    path = tmp_path_factory.mktemp("mine") / "drift.py"
    path.write_text(GUIDE.read_text().split("```python\n")[1].split("```")[0])
    return load(f"{path}:Drift")()


@pytest.mark.parametrize("name", MARKETS)
def test_the_strategy_of_the_guide_passes_the_law(drift, name):
    panel = panel_of(name, 420)
    law.must_decide_alike_on_both_paths(drift, panel)
    law.must_not_see_the_future(drift, panel, 200)
    law.must_be_pure(drift, panel)
    law.must_not_lean_on_the_order_of_symbols(drift, panel, list(range(len(panel.symbols)))[::-1])
    law.must_not_lean_on_the_unit_of_prices(drift, panel, [3] * len(panel.symbols))
    law.must_hold_what_an_account_can_hold(drift, panel)
    law.must_be_silent_until_warm(drift, panel)


def test_it_speaks(drift):
    assert len(law.decided(drift, panel_of("calm", 420)).rows) > 5
