"""How numbers and times are written in other people's files: as declared, else asked about."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.data.feeds.cells import numbers
from tradewright.data.feeds.csv_parquet import FileOptions, read
from tradewright.data.feeds.notation import Notation, settled
from tradewright.values.errors import BadInput, InvalidOption
from tradewright.values.instant import instant_of


def written(tmp_path: Path, text: str, name: str = "ABC.csv") -> Path:
    path = tmp_path / name
    path.write_text(text)
    return path


def closes(tmp_path: Path, *cells: str, others: str = "", **options: str) -> list[float]:
    rows = "".join(f"2020-01-{day:02};{cell};{others}\n" for day, cell in enumerate(cells, start=2))
    path = written(tmp_path, f"date;close;volume\n{rows}")
    return read(path, FileOptions("m", separator=";", **options)).bars["close"].to_list()


def test_a_comma_before_three_digits_is_asked_about_and_never_guessed(tmp_path) -> None:
    with pytest.raises(BadInput) as caught:
        closes(tmp_path, "10,125", "11,250")
    said = str(caught.value)
    assert "line 2, column 'close': '10,125' could be 10125 or 10.125 (and 1 more like it)" in said
    assert "--decimal ','" in said
    assert "--thousands ','" in said


def test_what_is_typed_settles_it(tmp_path) -> None:
    assert closes(tmp_path, "10,125", "11,250", decimal=",") == [10.125, 11.25]
    assert closes(tmp_path, "10,125", "11,250", thousands=",") == [10125.0, 11250.0]
    assert closes(tmp_path, "10,125", "11,250", decimal=".") == [10125.0, 11250.0]


@pytest.mark.parametrize("proof", ["1,234,567", "1,234.5", "10.5", ".5", "10.1234", "1e3", "1.5E+3"])
def test_another_cell_of_the_file_that_can_only_be_read_one_way_settles_it(tmp_path, proof: str) -> None:
    if proof == "1e3":
        with pytest.raises(BadInput, match="could be"):
            closes(tmp_path, "10,125", others=proof)
        return
    assert closes(tmp_path, "10,125", others=proof) == [10125.0]


@pytest.mark.parametrize("no_proof", ["", "1000", "nan", "1.000", "10.125"])
def test_a_cell_that_can_be_read_both_ways_settles_nothing(tmp_path, no_proof: str) -> None:
    with pytest.raises(BadInput, match=r"'10,125' could be 10125 or 10\.125"):
        closes(tmp_path, "10,125", others=no_proof)


@pytest.mark.parametrize("cell", ["0,125", "00,125", "10,12", "1000,125"])
def test_what_can_only_be_a_decimal_comma_is_named_as_one(tmp_path, cell: str) -> None:
    with pytest.raises(BadInput, match=f"'{cell}' is not a number.*--decimal ','"):
        closes(tmp_path, "10,125", cell)


@pytest.mark.parametrize(
    ("cell", "thousands", "expected"),
    [("1 234 567,5", " ", 1234567.5), ("1'234'567,5", "'", 1234567.5), ("1\u00a0234,5", "space", 1234.5)],
)
def test_thousands_may_be_grouped_by_blanks_and_by_ticks(
    tmp_path, cell: str, thousands: str, expected: float
) -> None:
    assert closes(tmp_path, cell, decimal=",", thousands=thousands) == [expected]


@pytest.mark.parametrize(("cell", "typed"), [("1 010,5", "space"), ("1'010'200", '"\'"')])
def test_thousands_that_are_grouped_otherwise_name_the_option(tmp_path, cell: str, typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        closes(tmp_path, cell, decimal=",")
    assert f"Where thousands are grouped like this, give --thousands {typed}." in str(caught.value)


def test_a_separator_of_thousands_is_one_that_people_use_and_not_the_decimal_one() -> None:
    with pytest.raises(InvalidOption, match="--thousands 'x'"):
        FileOptions("m", thousands="x")
    with pytest.raises(InvalidOption, match=r"'\.' cannot stand for decimals and between thousands"):
        FileOptions("m", decimal=".", thousands=".")


def test_thousands_grouped_by_points_mean_decimal_commas(tmp_path) -> None:
    assert closes(tmp_path, "1.250", "1.250,5", thousands=".") == [1250.0, 1250.5]


@given(
    st.integers(0, 999_999_999), st.integers(0, 9_999), st.sampled_from([(".", ","), (",", "."), (",", " ")])
)
def test_a_number_written_in_a_declared_notation_is_read_back(
    whole: int, part: int, marks: tuple[str, str]
) -> None:
    decimal, thousands = marks
    text = f"{whole:,}".replace(",", thousands) + f"{decimal}{part:04}"
    table = pl.DataFrame({"line": [2], "close": [text]})
    assert numbers(table, "close", "a.csv", Notation(decimal, thousands))[0] == float(f"{whole}.{part:04}")


@given(st.lists(st.from_regex(r"\A[1-9][0-9]{0,2},[0-9]{3}\Z"), min_size=1))
def test_doubtful_cells_alone_are_never_read(cells: list[str]) -> None:
    table = pl.DataFrame({"line": list(range(len(cells))), "close": cells})
    with pytest.raises(BadInput, match="could be"):
        numbers(table, "close", "a.csv", settled(table, ["close"], Notation()))


BARS = "date;close\n02.01.2020;10,5\n03.01.2020;10,25\n06.01.2020;11,5\n"
GERMAN = {"separator": ";", "decimal": ",", "date_format": "%d.%m.%Y"}


def test_actions_and_listings_are_read_as_the_bars_are(tmp_path) -> None:
    acts = written(
        tmp_path, "symbol;ex_date;kind;value;known_at\nABC;06.01.2020;dividend;0,25;02.01.2020\n", "a.csv"
    )
    lists = written(
        tmp_path, "symbol;listed_as;first_date;last_date\nABC;ABC;02.01.2020;06.01.2020\n", "l.csv"
    )
    options = FileOptions("m", actions=acts, listings=lists, **GERMAN)
    content = read(written(tmp_path, BARS), options)
    assert content.actions.select("value", "ex_date").row(0) == (0.25, date(2020, 1, 6))
    assert content.actions["known_at"][0] == instant_of("2020-01-02T21:00Z")
    assert content.listings["last_date"][0] == date(2020, 1, 6)


def test_iso_dates_beside_bars_of_another_date_format_are_still_dates(tmp_path) -> None:
    acts = written(tmp_path, "symbol;ex_date;kind;value\nABC;2020-01-06;dividend;0,25\n", "a.csv")
    content = read(written(tmp_path, BARS), FileOptions("m", actions=acts, **GERMAN))
    assert content.actions["ex_date"][0] == date(2020, 1, 6)


def test_a_date_of_an_action_in_another_form_names_the_option(tmp_path) -> None:
    acts = written(tmp_path, "symbol;ex_date;kind;value\nABC;31.01.2020;dividend;0.25\n", "a.csv")
    with pytest.raises(BadInput, match=r"'31.01.2020' is not a date.*--date-format '%d.%m.%Y'"):
        read(written(tmp_path, "date,close\n2020-01-02,1\n"), FileOptions("m", actions=acts))


@pytest.mark.parametrize("value", ["1,125", "1.125"])
def test_an_amount_that_could_be_thousands_is_asked_about_under_the_bars_own_notation(
    tmp_path, value: str
) -> None:
    acts = written(tmp_path, f"symbol;ex_date;kind;value\nABC;2020-01-06;dividend;{value}\n", "a.csv")
    decimal = "." if "," in value else ","
    options = FileOptions("m", separator=";", decimal=decimal, date_format="%d.%m.%Y", actions=acts)
    with pytest.raises(BadInput, match=f"'{value}' could be 1125 or 1.125"):
        read(written(tmp_path, BARS.replace(",", decimal)), options)


def test_facts_in_another_encoding_are_read_with_the_bars_one(tmp_path) -> None:
    acts = tmp_path / "a.csv"
    acts.write_bytes("symbol;ex_date;kind;value;währung\nABC;2020-01-06;split;2;€\n".encode("cp1252"))
    content = read(written(tmp_path, BARS), FileOptions("m", actions=acts, encoding="cp1252", **GERMAN))
    assert content.actions["value"][0] == 2.0


INTRADAY = "date,{name},close\n2020-01-02,{first},10.5\n2020-01-02,{second},10.25\n2020-01-02,{third},11.5\n"


def hours(tmp_path: Path, *clock: str, name: str = "time", **options: object) -> list[int]:
    text = INTRADAY.format(name=name, first=clock[0], second=clock[1], third=clock[2])
    return read(written(tmp_path, text), FileOptions("m", **options)).bars["opens_at"].to_list()


@pytest.mark.parametrize(
    "clock",
    [
        ("10:00", "11:00", "12:00"),
        ("10:00:00", "11:00:00", "12:00:00"),
        ("10:00:00.000", "11:00:00.000", "12:00:00.000"),
        ("100000", "110000", "120000"),
        ("1000", "1100", "1200"),
        ("10:00 AM", "11:00 am", "12:00 PM"),
    ],
)
def test_a_date_and_a_time_in_two_columns_are_one_moment(tmp_path, clock: tuple[str, ...]) -> None:
    assert hours(tmp_path, *clock) == [instant_of(f"2020-01-02T{hour}:00Z") for hour in (15, 16, 17)]


def test_hours_before_ten_may_lack_their_zero(tmp_path) -> None:
    expected = [
        instant_of("2020-01-02T14:30Z"),
        instant_of("2020-01-02T15:30Z"),
        instant_of("2020-01-02T16:30Z"),
    ]
    assert hours(tmp_path, "930", "1030", "1130") == expected
    assert hours(tmp_path, "9:30", "10:30", "11:30") == expected
    assert hours(tmp_path, "93000", "103000", "113000") == expected


def test_a_time_column_of_another_name_is_mapped(tmp_path) -> None:
    mapped = hours(tmp_path, "10:00", "11:00", "12:00", name="Bar Start", columns={"time": "Bar Start"})
    assert mapped[0] == instant_of("2020-01-02T15:00Z")
    with pytest.raises(BadInput, match="'Start' is not a column"):
        hours(tmp_path, "10:00", "11:00", "12:00", columns={"time": "Start"})


def test_times_that_are_all_midnight_are_those_of_daily_bars(tmp_path) -> None:
    text = "date,time,close\n2020-01-02,00:00,10.5\n2020-01-03,00:00,10.25\n"
    bars = read(written(tmp_path, text), FileOptions("m")).bars
    assert bars["known_at"][0] == instant_of("2020-01-02T21:00Z")


def test_a_cell_that_is_no_time_of_day_names_its_place(tmp_path) -> None:
    with pytest.raises(BadInput, match=r"line 3, column 'time': '25:00' is not a time of day such as 15:30"):
        hours(tmp_path, "10:00", "25:00", "12:00")


def test_a_time_column_beside_dates_that_have_their_time_already_is_refused_when_asked_for(tmp_path) -> None:
    text = "date,time,close\n2020-01-02 10:00,10:00,10.5\n2020-01-02 11:00,11:00,10.25\n"
    path = written(tmp_path, text)
    assert len(read(path, FileOptions("m")).bars) == 2
    with pytest.raises(InvalidOption, match="column 'date' holds times of day already"):
        read(path, FileOptions("m", columns={"time": "time"}))
