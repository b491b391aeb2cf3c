"""The dependence map: lower-triangular when causal, red where not, and one self-contained page."""

import re
import xml.etree.ElementTree as ElementTree

import pandas as pd
import pytest
from bars_for_audits import bars, long_bars

from tradewright.causality.audit import audit
from tradewright.causality.options import AuditOptions
from tradewright.causality.picture import page

MAPPED = AuditOptions(draws_map=True)


def both(frame):
    return pd.DataFrame({"mean of 5": frame.close.rolling(5).mean(), "next": frame.high.shift(-2)})


@pytest.fixture(scope="module")
def certificate():
    return audit(both, bars(300), MAPPED)


def test_the_square_of_a_causal_output_is_lower_triangular(certificate):
    squares = {one.channel: one.strength for one in certificate.triangles}
    causal, ahead = squares["mean of 5"], squares["next"]
    for row, line in enumerate(causal):
        assert all(strength == 0 for strength in line[row + 1 :])
        assert all(strength > 0 for strength in line[max(row - 4, 0) : row + 1])
        assert all(strength == 0 for strength in line[: max(row - 4, 0)])
    for row, line in enumerate(ahead):
        assert [column for column, strength in enumerate(line) if strength] == [row + 2][
            : len(line) - row - 2
        ]


def test_the_lags_name_the_input_and_how_far_it_lies(certificate):
    maps = {
        (one.channel, one.source): {
            lag for lag, strength in zip(one.lags, one.strength, strict=True) if strength
        }
        for one in certificate.dependence
    }
    assert maps["mean of 5", "close"] == {0, 1, 2, 3, 4}
    assert maps["next", "high"] == {-2}
    assert maps["mean of 5", "volume"] == maps["next", "close"] == set()


def test_the_page_is_whole_and_loads_nothing(certificate):
    text = page(certificate)
    assert not re.search(r"(src|href)=", text)
    assert "nothing above the diagonal" in text and "next: sees later rows" in text
    drawn = re.findall(r"<svg.*?</svg>", text, re.S)
    assert len(drawn) == 4
    for one in drawn:
        ElementTree.fromstring(one)


def test_words_of_the_target_cannot_break_the_page():
    told = page(audit(lambda d: pd.DataFrame({"<b>x": d.close.diff()}), bars(100), MAPPED))
    assert "<b>x" not in told and "&lt;b&gt;x" in told


def test_a_long_table_has_a_map_too():
    options = AuditOptions(known_at="day", asset="symbol", draws_map=True)
    (square,) = audit(lambda d: d.groupby("symbol").close.diff(), long_bars(80), options).triangles
    assert any(any(line) for line in square.strength)
