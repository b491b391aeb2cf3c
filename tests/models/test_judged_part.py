"""What judges a training never teaches it, and there is enough of it; else training is refused."""

import re
from importlib.util import find_spec

import numpy as np
import pytest

from tradewright.models import registry
from tradewright.models.judged_part import LEAST_OUTCOMES, judged_part
from tradewright.models.table import Examples, FeatureRows, Targets
from tradewright.values.errors import InvalidOption

NEEDS = {"boosted_trees": "lightgbm", "mamba": "equinox"}


def made(rows: int, horizons: tuple[int, ...] = (1, 30), symbols: int = 1) -> tuple[FeatureRows, Targets]:
    draws = np.random.default_rng(2)
    values = draws.standard_normal((2, rows, symbols))
    outcomes = draws.standard_normal((rows, symbols, len(horizons)))
    instants = np.arange(rows, dtype=np.int64)
    ends = np.empty(outcomes.shape, dtype=np.int64)
    for place, horizon in enumerate(horizons):
        outcomes[rows - horizon :, :, place] = np.nan
        ends[:, :, place] = instants[:, None] + horizon
    names = tuple(f"s{number}" for number in range(symbols))
    held = FeatureRows(("a", "b"), values, instants, names, "two")
    return held, Targets(outcomes, ends, np.ones((rows, symbols)), horizons)


def examples(rows: int, symbols: int = 1) -> Examples:
    held, came = made(rows, symbols=symbols)
    at = np.argwhere(np.isfinite(came.values).any(axis=2))[:, ::-1]
    turned = [np.array(one.swapaxes(0, 1)) for one in (came.values, came.ends)]
    return Examples(held.by_symbol(), *turned, came.weights.T, held.instants, 1, at)


@pytest.mark.parametrize("name", sorted(NEEDS))
@pytest.mark.parametrize("rows", [140, 150])
def test_a_horizon_that_few_outcomes_judge_is_refused_by_name(name, rows):
    if find_spec(NEEDS[name]) is None:
        pytest.skip(f"the extra [ml] is not installed: {NEEDS[name]}")
    with pytest.raises(
        InvalidOption, match=r"needs 20 outcomes .* of horizon 30 there are .* Give about \d+ more rows"
    ):
        registry.build(name, {}).fit(*made(rows), seed=0)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("symbols", [1, 3])
def test_as_many_more_rows_as_it_says_are_enough(share, symbols):
    with pytest.raises(InvalidOption, match="more rows") as caught:
        judged_part(examples(60, symbols), share, (1, 30), "A model")
    more = int(re.search(r"about (\d+) more", str(caught.value))[1])
    early, late = judged_part(examples(60 + more, symbols), share, (1, 30), "A model")
    for part in (early, late):
        assert (np.isfinite(part.outcomes()).sum(axis=0) >= LEAST_OUTCOMES).all()


def test_no_outcome_that_taught_was_known_after_the_cut():
    early, late = judged_part(examples(400), 0.2, (1, 30), "A model")
    cut = late.instants[late.at[0, 1]]
    ends = early.ends[early.at[:, 0], early.at[:, 1]]
    assert (ends[np.isfinite(early.outcomes())] < cut).all()
    assert late.at[:, 1].min() > early.at[:, 1].max()
