"""`tradewright options`: prices, Greeks and implied volatilities at the command line."""

import math
import re

import pytest

OPTION = ("--spot", "42", "--strike", "40", "--years", "0.5", "--rate", "0.1")
BOOK = """right,strike,expiry,volatility,contracts,multiplier
call,105,2026-06-19,0.22,-10,
put,95,2026-06-19,0.25,10,100
"""


@pytest.fixture(autouse=True)
def compiled(shell):
    """Whoever meets the loops first waits for the compiler and is told; here that is nobody's test."""
    shell("options", "price", *OPTION, "--volatility", "0.2")
    shell("options", "implied", *OPTION, "--price", "4.76")


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.csv"
    path.write_text(BOOK)
    return path


def test_a_textbooks_option_is_priced_within_its_bounds(shell):
    said = shell("options", "price", *OPTION, "--volatility", "0.2", "--json")
    assert said.code == 0, said.err
    (row,) = said.rows()
    assert row["id"] == "call 40 0.5y"
    assert row["price"] == pytest.approx(4.7594, abs=5e-5)
    assert row["lower_bound"] < row["price"] < row["upper_bound"] == 42.0


def test_a_table_has_a_row_a_strike(shell):
    said = shell("options", "price", *OPTION, "--strike", "45", "--volatility", "0.2", "--right", "put")
    assert said.code == 0, said.err
    assert "put 40 0.5y" in said.out
    assert "put 45 0.5y" in said.out
    assert "at least" in said.out


def test_greeks_are_told_per_point_and_per_day(shell):
    given = ("--spot", "49", "--strike", "50", "--years", "0.3846", "--rate", "0.05", "--volatility", "0.2")
    (row,) = shell("options", "greeks", *given, "--json").rows()
    # Hull, sections 19.4 to 19.9.
    assert row["delta"] == pytest.approx(0.522, abs=5e-4)
    assert row["gamma"] == pytest.approx(0.066, abs=5e-4)
    assert row["vega_per_point"] == pytest.approx(0.121, abs=5e-4)
    assert row["theta_per_day"] == pytest.approx(-0.0118, abs=5e-5)
    assert row["rho_per_point"] == pytest.approx(0.0891, abs=5e-5)


def test_what_a_price_implies_gives_the_price_back(shell):
    option = ("--spot", "21", "--strike", "20", "--years", "0.25", "--rate", "0.1")
    (found,) = shell("options", "implied", *option, "--price", "1.875", "--json").rows()
    assert found["implied_volatility"] == pytest.approx(0.2345, abs=5e-5)
    volatility = str(found["implied_volatility"])
    (priced,) = shell("options", "price", *option, "--volatility", volatility, "--json").rows()
    assert priced["price"] == pytest.approx(1.875, rel=1e-12)


def test_days_are_counted_from_the_day_that_is_given(shell):
    days = ("--expiry", "2026-06-19", "--as-of", "2025-06-19")
    option = ("--spot", "100", "--strike", "100", "--volatility", "0.2", "--json")
    (by_days,) = shell("options", "price", *option, *days).rows()
    (by_years,) = shell("options", "price", *option, "--years", "1").rows()
    assert by_days["price"] == by_years["price"]
    assert by_days["id"] == "call 100 2026-06-19"


def test_a_book_is_told_position_by_position_and_whole(shell, book):
    said = shell(
        "options",
        "greeks",
        "--spot",
        "100",
        "--book",
        str(book),
        "--as-of",
        "2026-01-02",
        "--shares",
        "500",
        "--json",
    )
    assert said.code == 0, said.err
    call, put, whole = said.rows()
    assert (call["id"], put["id"], whole["id"]) == ("0: -10 call 105", "1: +10 put 95", "book")
    for greek in ("gamma", "vega_per_point", "theta_per_day", "rho_per_point"):
        assert whole[greek] == pytest.approx(call[greek] + put[greek])
    assert whole["delta"] == pytest.approx(call["delta"] + put["delta"] + 500.0)
    assert whole["value"] == pytest.approx(call["value"] + put["value"] + 50_000.0)


def test_a_book_is_shown_as_a_table(shell, book):
    said = shell("options", "greeks", "--spot", "100", "--book", str(book), "--as-of", "2026-01-02")
    assert "delta, shares" in said.out
    assert "1: +10 put 95" in said.out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("price", *OPTION, "--volatility", "-0.2"), 2, "volatility = -0.2. Give a fraction a year"),
        (("price", *OPTION, "--volatility", "0.2", "--right", "cal"), 2, "Did you mean 'call'?"),
        (("price", "--spot", "42", "--strike", "40", "--volatility", "0.2"), 2, "Give --years or --expiry"),
        (
            ("price", *OPTION, "--volatility", "0.2", "--expiry", "2030-01-01"),
            2,
            "Give --years or --expiry, one of them.",
        ),
        (
            ("price", "--spot", "42", "--strike", "40", "--expiry", "2020-01-17", "--volatility", "0.2"),
            2,
            "The option expired on 2020-01-17",
        ),
        (
            ("price", "--spot", "42", "--strike", "40", "--expiry", "friday", "--volatility", "0.2"),
            2,
            "--expiry friday is no day. Give one such as 2026-01-16.",
        ),
        (("greeks", *OPTION), 2, "No volatility. Give --volatility, such as 0.2, or --book FILE."),
        (("price", *OPTION, "--volatility", "nan"), 2, "volatility = nan. Give a number for --volatility"),
        (("price", *OPTION[2:], "--spot", "nan", "--volatility", "0.2"), 2, "spot = nan. Give a number"),
        (("greeks", *OPTION, "--strike", "nan", "--volatility", "0.2"), 2, "strike = nan. Give a number"),
        (("price", *OPTION, "--strike", "1e308", "--volatility", "0.2"), 2, "at most 1e+100"),
        (("greeks", "--spot", "42", "--years", "1", "--volatility", "0.2"), 2, "No strike. Give --strike"),
        (("implied", *OPTION, "--price", "1.0"), 2, "below what exercise is worth. It must lie above 3.95"),
        (("implied", *OPTION, "--price", "4.5", "--price", "5"), 2, "1 strikes and 2 prices"),
        (("greeks", "--spot", "100", "--book", "none.csv"), 1, "There is no file none.csv"),
        (("greeks", *OPTION, "--book", "none.csv"), 2, "--book and --strike"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_first_mistake_is_one_line_with_its_mend(shell, words, code, told):
    said = shell("options", *words)
    assert said.code == code
    assert told in said.line


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("right,strike\ncall,100\n", "no column volatility"),
        ("", "has no position"),
        (BOOK.replace("0.25", "lots"), "book.csv:3: volatility = 'lots'. Give a number."),
        (BOOK.replace("put", "pot"), "book.csv:3: right = 'pot'. Give call or put."),
        (BOOK.replace("2026-06-19", "2025-06-20"), "The option expired on 2025-06-20"),
    ],
)
def test_a_book_that_cannot_be_read_is_told_where(shell, book, text, told):
    book.write_text(text)
    said = shell("options", "greeks", "--spot", "100", "--book", str(book), "--as-of", "2026-01-02")
    assert said.code in (1, 2)
    assert told in said.line


def test_a_file_that_is_no_text_is_told(shell, book):
    book.write_bytes(b"\xff\xfe\x00\x80")
    assert "is no CSV" in shell("options", "greeks", "--spot", "100", "--book", str(book)).line


def test_without_the_extra_training_says_its_name_at_once(shell, monkeypatch, tmp_path):
    from tradewright.models import extra

    monkeypatch.setattr(extra, "find_spec", lambda name: None)
    for words in (("train", str(tmp_path / "pricer")), ("surface", str(tmp_path / "pricer"))):
        said = shell("options", *words)
        assert said.code == 1
        assert "Install the extra: pip install 'tradewright[ml]'" in said.line


def test_a_pricer_is_trained_kept_and_drawn(shell, tmp_path):
    pytest.importorskip("jax", reason="the extra [ml] is not installed")
    folder, out = str(tmp_path / "pricer"), tmp_path / "surface.html"
    # A smile, so that the oracle is finite differences: with eight steps it is only roughly right.
    smile = ("--skew", "0.2", "--most-volatility", "0.5", "--most-years", "0.5")
    said = shell(
        "options", "train", folder, "--width", "4", "--points", "100", "--steps", "8", *smile, "--json"
    )
    assert said.code == 0, said.err
    (row,) = said.rows()
    assert row["steps"] == 8
    assert 0.0 < row["worst_price_error"] < 0.02
    (drawn,) = shell(
        "options", "surface", folder, "--out", str(out), "--volatility", "0.275", "--json"
    ).rows()
    assert drawn["worst_price_error"] == row["worst_price_error"]
    assert drawn["oracle"] == "finite differences"
    page = out.read_text()
    assert "Error against the oracle" in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
    _prices_by(shell, folder, tmp_path)
    again = shell("options", "train", folder)
    assert again.code == 2
    assert "exists. Give a folder that is not there yet." in again.line


def _prices_by(shell, folder, tmp_path):
    """A kept pricer prices, gives Greeks of one option and of a book, and refuses what it has not learnt."""
    common = ("--strike", "100", "--years", "0.25", "--rate", "0.03", "--volatility", "0.3", "--json")

    def asked(verb, right, spot):
        words = ("options", verb, "--right", right, "--spot", str(spot), *common, "--pricer", folder)
        (row,) = shell(*words).rows()
        return row

    call, put = (asked("price", right, 105.0)["price"] for right in ("call", "put"))
    assert call - put == pytest.approx(105.0 - 100.0 * math.exp(-0.03 * 0.25), abs=1e-9)
    assert call == pytest.approx(asked("greeks", "call", 105.0)["price"], rel=1e-12)
    up, down = (asked("price", "call", spot)["price"] for spot in (105.01, 104.99))
    delta = asked("greeks", "call", 105.0)["delta"]
    assert delta == pytest.approx((up - down) / 0.02, abs=1e-6)
    (closed,) = shell("options", "greeks", "--spot", "105", *common).rows()
    assert abs(closed["delta"] - delta) > 1e-4, "on a smile another delta than the closed form's"
    book = tmp_path / "book.csv"
    book.write_text("right,strike,years,volatility,contracts\ncall,100,0.25,0.3,2\n")
    words = ("options", "greeks", "--spot", "105", "--rate", "0.03", "--book", str(book), "--shares", "-30")
    rows = shell(*words, "--pricer", folder, "--json").rows()
    assert rows[0]["delta"] == pytest.approx(200.0 * delta, rel=1e-12)
    assert rows[-1]["value"] == pytest.approx(200.0 * call - 30.0 * 105.0, rel=1e-12)
    said = shell("options", "price", "--spot", "105", *common[:-2], "0.9", "--pricer", folder)
    assert said.code == 2 and "volatility = 0.9 is outside what this pricer has learnt" in said.line


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (
            (
                "price",
                "--spot",
                "1",
                "--strike",
                "1",
                "--years",
                "1",
                "--volatility",
                "0.2",
                "--pricer",
                "{}/no",
            ),
            1,
            "Give a folder that `options train` wrote.",
        ),
        (("train", "{}/new", "--steps", "0"), 2, "steps = 0. Give 1 to 10000."),
        (("surface", "{}/none"), 1, "pricer.json. Give a folder that `options train` wrote."),
    ],
)
def test_a_mistake_about_pricers_is_one_line(shell, tmp_path, words, code, told):
    pytest.importorskip("jax", reason="the extra [ml] is not installed")
    said = shell("options", *(word.format(tmp_path) for word in words))
    assert said.code == code
    assert told in said.line
