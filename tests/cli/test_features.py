"""Features from the command line: what there is, what it is made of, and its values over a dataset."""

import polars as pl
import pytest

MINE = '''
"""Features of the user's own."""

from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, OPEN, Expression
from tradewright.features.feature_set import FeatureSet
from tradewright.features.operations import lag, mean
from tradewright.features.windowed import windowed
from tradewright.values.parameters import parameter


class Gap(Feature):
    """How far the open lies from an earlier close, as a fraction of it."""

    bars: int = parameter(1, low=1, high=20, unit="bars", about="how far back the close is")

    def formula(self) -> Expression:
        return OPEN / lag(CLOSE, self.bars) - 1.0


@windowed(window=5)
def middle(close):
    """The middle of the last five closes."""
    return sorted(close, key=lambda row: row[0])[2]


slow = mean(CLOSE, 30)
pair = FeatureSet({"one": Gap(1), "two": Gap(2)})
'''


@pytest.fixture
def mine(tmp_path) -> str:
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return str(path)


def test_the_members_are_listed_with_family_and_parameters(shell):
    rows = {row["id"]: row for row in shell("features", "list", "--json").rows()}
    assert rows["rsi"]["family"] == "oscillators"
    assert rows["rsi"]["parameters"] == ["window"]
    assert len(rows) >= 40
    said = shell("features", "list").out
    assert "technical" in said
    assert "26" in said


def test_a_feature_is_shown_with_its_formula_lookback_and_parameters(shell):
    said = shell("features", "show", "momentum", "--set", "window=63", "--set", "skip=5")
    assert said.code == 0, said.err
    assert "momentum_63_skip_5" in said.out
    assert "((lag(close, 5) / lag(close, 63)) - 1)" in said.out
    assert "bars, 1 to 2520" in said.out
    assert "Inputs: close" in said.out
    assert "Warm-up: 64 bars" in said.out


def test_a_set_is_shown_with_the_schema_a_model_remembers(shell):
    from tradewright.features.sets import technical

    rows = shell("features", "show", "technical", "--json").rows()
    assert [row["id"] for row in rows] == list(technical().names)
    assert {row["schema_hash"] for row in rows} == {technical().schema_hash}
    assert "all history" in shell("features", "show", "technical").out


def test_values_are_the_last_rows_of_the_dataset(lived_in):
    said = lived_in("features", "compute", "rsi", "sma_ratio", "--data", "walk")
    assert said.code == 0, said.err
    assert "known at (UTC)" in said.out
    assert "rsi_14" in said.out
    assert "The last 10 of" in said.out


def test_all_rows_are_written_as_parquet_and_csv_alike(lived_in, tmp_path):
    for ending, read in ((".parquet", pl.read_parquet), (".csv", pl.read_csv)):
        out = tmp_path / f"features{ending}"
        said = lived_in("features", "compute", "technical", "--data", "walk", "--out", str(out))
        assert said.code == 0, said.err
        frame = read(out)
        assert frame.columns[:3] == ["known_at", "symbol", "expanding_zscore"]
        assert len(frame.columns) == 28
        assert f"{len(frame):,} rows x 26 columns, schema" in said.out


def test_days_before_the_start_are_used_for_warming_up(lived_in):
    whole = lived_in("features", "compute", "sma_ratio", "--data", "walk", "--json").rows()
    day = whole[200]["known_at"] // 86_400_000_000_000
    from tradewright.values.instant import date_of

    start = date_of(day * 86_400_000_000_000)
    late = lived_in("features", "compute", "sma_ratio", "--data", "walk", "--start", start, "--json").rows()
    assert late == whole[200:]
    early = lived_in("features", "compute", "sma_ratio", "--data", "walk", "--end", start, "--json").rows()
    assert early == whole[:201]


def test_a_file_of_ones_own_gives_one_feature_or_all(lived_in, mine):
    one = lived_in("features", "show", f"{mine}:Gap", "--set", "bars=3", "--json").rows()
    assert [(row["id"], row["lookback_bars"]) for row in one] == [("gap_3", 4)]
    assert [row["id"] for row in lived_in("features", "show", f"{mine}:slow", "--json").rows()] == ["slow"]
    assert [row["id"] for row in lived_in("features", "show", f"{mine}:pair", "--json").rows()] == [
        "one",
        "two",
    ]
    every = [row["id"] for row in lived_in("features", "show", mine, "--json").rows()]
    assert every == ["gap_1", "middle", "slow", "one", "two"]
    said = lived_in("features", "compute", mine, "rsi", "--data", "walk")
    assert said.code == 0, said.err
    assert "middle" in said.out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("show", "rsy"), 2, "Did you mean 'rsi'?"),
        (("show", "rsi", "--set", "windw=3"), 2, "Did you mean 'window'?"),
        (("show", "rsi", "--set", "window=1"), 2, "below its lower bound"),
        (("show", "technical", "--set", "window=3"), 2, "takes no parameters"),
        (("show", "nowhere.py:Gap"), 1, "No file 'nowhere.py'"),
        (("compute", "rsi", "rsi", "--data", "walk"), 2, "Two columns are called 'rsi_14'"),
        (("compute", "rsi", "atr", "--data", "walk", "--set", "window=3"), 2, "belongs to one feature"),
        (("compute", "rsi", "--data", "wlak"), 1, "wlak"),
        (("compute", "rsi", "--data", "walk", "--start", "soon"), 2, "is no day"),
        (("compute", "rsi", "--data", "walk", "--start", "2099-01-01"), 2, "no row in this period"),
        (("compute", "rsi", "--data", "walk", "--out", "x.txt"), 2, "neither .parquet nor .csv"),
        (("compute", "rsi", "--data", "walk", "--out", "no/such/folder/x.csv"), 1, "cannot be written"),
        (("compute", "beta_to_index", "--data", "walk", "--set", "index=SPY"), 2, "'SPY' is not a symbol"),
    ],
)
def test_mistakes_are_told_in_one_line_with_the_mend(lived_in, words, code, told):
    said = lived_in("features", *words)
    assert (said.code, told in said.err) == (code, True), said.err
    assert len(said.err.strip().splitlines()) <= 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1", "defines no feature"),
        ("1/0", "ZeroDivisionError"),
        (
            "from tradewright.features.contract import Feature\nclass A(Feature):\n    '''Nothing.'''",
            "cannot be built",
        ),
        (
            "from tradewright.features.contract import Feature\n"
            "class A(Feature):\n    '''A number.'''\n    def formula(self):\n        return 3.0",
            "gave float",
        ),
    ],
)
def test_a_file_that_holds_no_whole_feature_says_what_to_write(shell, tmp_path, text, told):
    path = tmp_path / "bad.py"
    path.write_text(text)
    said = shell("features", "show", str(path))
    assert (said.code, told in said.err) == (1, True), said.err
