"""Reading files: what people really have, and one clear line for what cannot be read."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tradewright.data.feeds.csv_parquet import FileOptions, read
from tradewright.values.errors import BadInput, InvalidOption, UnknownName
from tradewright.values.instant import instant_of
from tradewright.values.provenance import Origin

PLAIN = """date,open,high,low,close,volume
2020-01-02,10,11,9.5,10.5,1000
2020-01-03,10.5,11,10,10.25,2000
2020-01-06,10.25,12,10,11.75,3000
"""
OPTIONS = FileOptions("mine")


def written(tmp_path: Path, text: str | bytes, name: str = "ABC.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def closes(path: Path, options: FileOptions = OPTIONS) -> list[float]:
    return read(path, options).bars["close"].to_list()


def test_a_plain_file_is_read_with_its_name_as_the_symbol(tmp_path) -> None:
    content = read(written(tmp_path, PLAIN), OPTIONS)
    first = content.bars.row(0, named=True)
    assert first == {
        "symbol": "ABC",
        "opens_at": instant_of("2020-01-02T14:30Z"), "known_at": instant_of("2020-01-02T21:00Z"),
        "open": 10.0, "high": 11.0, "low": 9.5, "close": 10.5, "volume": 1000.0,
    }  # fmt: skip
    assert content.provenance.origin is Origin.REAL
    assert content.sessions["session"].to_list() == [date(2020, 1, day) for day in (2, 3, 6)]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + PLAIN,
        PLAIN.replace("\n", "\r\n"),
        PLAIN.replace("\n2020-01-06", "\n\n  \n,,,,,\n2020-01-06"),
        "\n" + PLAIN,
        PLAIN.rstrip("\n"),
        PLAIN.replace("1000", '"1,000"').replace("10.5,11,10,10.25", '"10.5",11,10,"10.25"'),
        PLAIN.replace("date,open", " Date , OPEN"),
        PLAIN.replace("-", ""),
        PLAIN.replace("10.25,2000", " 10.25 ,2000"),
    ],
    ids=["bom", "crlf", "blank", "blank first", "no end", "quoted", "header", "compact date", "padded"],
)
def test_harmless_differences_of_a_csv_change_nothing(tmp_path, text: str) -> None:
    expected = read(written(tmp_path, PLAIN, "plain/ABC.csv".replace("plain/", "")), OPTIONS).bars
    assert read(written(tmp_path, text), OPTIONS).bars.equals(expected)


def test_utf_16_and_other_encodings_are_read(tmp_path) -> None:
    assert closes(written(tmp_path, PLAIN.encode("utf-16"))) == [10.5, 10.25, 11.75]
    named = PLAIN.replace("volume", "volume,währung").replace("000\n", "000,€\n")
    assert closes(written(tmp_path, named.encode("cp1252")), FileOptions("m", encoding="cp1252"))
    with pytest.raises(BadInput, match=r"line 1: byte 0xe4 is not utf-8. Save the file as UTF-8"):
        read(written(tmp_path, named.encode("cp1252")), OPTIONS)
    with pytest.raises(BadInput, match="'utf-88' is not an encoding"):
        read(written(tmp_path, PLAIN), FileOptions("m", encoding="utf-88"))


def test_columns_are_mapped_by_option(tmp_path) -> None:
    text = "Day;Last;Adj Close\n03/01/2020;10,5;1\n".replace("10,5", "10.5")
    options = FileOptions(
        "m", columns={"date": "Day", "close": "Adj Close"}, separator=";", date_format="%d/%m/%Y"
    )
    content = read(written(tmp_path, text), options)
    assert content.bars["close"].to_list() == [1.0]
    assert np.isnan(content.bars["open"].to_numpy()).all()


def test_empty_cells_are_unknown_and_never_zero(tmp_path) -> None:
    content = read(written(tmp_path, PLAIN.replace("10.25,2000", ",NaN")), OPTIONS)
    assert np.isnan(content.bars["close"][1])
    assert np.isnan(content.bars["volume"][1])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("10.25,2000|10x,2000", "line 3, column 'close': '10x' is not a number."),
        ("11,10,10.25|11,inf,10.25", "line 3, column 'low': 'inf' is not a number"),
        ("2000|2.000,00", "line 3: 7 cells where the header has 6"),
        ("2020-01-03|2020-02-30", "line 3, column 'date': '2020-02-30' is not a date such as 2014-06-09"),
        ("2020-01-03|", "line 3, column 'date': '' is not a date"),
        (",2000|", "line 3: 5 cells where the header has 6: '2020-01-03,10.5,11,10,10.25'"),
        ('10.25,2000|"10.25,2000', "line 4: unexpected end of data"),
    ],
)
def test_a_broken_row_names_file_line_column_and_value(tmp_path, wrong: str, message: str) -> None:
    path = written(tmp_path, PLAIN.replace(*wrong.split("|")))
    with pytest.raises(BadInput) as caught:
        read(path, OPTIONS)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_line_is_that_of_the_file_even_after_blank_lines(tmp_path) -> None:
    path = written(
        tmp_path, PLAIN.replace("\n2020-01-03", "\n\n\n2020-01-03").replace("10.25,2000", "x,2000")
    )
    with pytest.raises(BadInput, match="line 5, column 'close': 'x'"):
        read(path, OPTIONS)


def test_several_broken_rows_are_counted(tmp_path) -> None:
    with pytest.raises(
        BadInput, match=r"line 2, column 'volume': 'one' is not a number \(and 1 more like it\)"
    ):
        read(written(tmp_path, PLAIN.replace("1000", "one").replace("2000", "two")), OPTIONS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("date,close\n", "has a header but no rows"),
        ("date,close,close\n2020-01-02,1,2\n", "line 1: column 'close' stands twice"),
    ],
)
def test_an_empty_or_senseless_file_is_refused(tmp_path, text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read(written(tmp_path, text), OPTIONS)


def test_a_missing_column_gets_the_nearest_name_and_the_option_that_maps_it(tmp_path) -> None:
    path = written(tmp_path, PLAIN.replace("close", "Close*"))
    with pytest.raises(
        BadInput, match=r"'close' is not a column of .* Did you mean 'Close\*'.*--column close="
    ):
        read(path, OPTIONS)
    with pytest.raises(BadInput, match=r"'closs' is not a column of .* Did you mean 'close'"):
        read(written(tmp_path, PLAIN), FileOptions("m", columns={"close": "closs"}))
    with pytest.raises(BadInput, match=r"'vol' is not a column of .* Did you mean 'volume'"):
        read(written(tmp_path, PLAIN), FileOptions("m", columns={"volume": "vol"}))


def test_paths_that_are_no_data_are_refused(tmp_path) -> None:
    with pytest.raises(BadInput, match="does not exist"):
        read(tmp_path / "nowhere.csv", OPTIONS)
    with pytest.raises(BadInput, match="neither CSV nor Parquet"):
        read(written(tmp_path, PLAIN, "ABC.xlsx"), OPTIONS)
    (tmp_path / "folder" / "daily").mkdir(parents=True)
    with pytest.raises(BadInput, match=r"holds no SYMBOL.csv or SYMBOL.parquet. Folders in it: daily"):
        read(tmp_path / "folder", OPTIONS)
    with pytest.raises(BadInput, match="is not a Parquet file"):
        read(written(tmp_path, PLAIN, "ABC.parquet"), OPTIONS)


def test_wrong_options_are_refused() -> None:
    with pytest.raises(UnknownName, match=r"'clos' is not a column to map. Did you mean 'close'"):
        FileOptions("m", columns={"clos": "x"})
    with pytest.raises(InvalidOption, match="no name"):
        FileOptions(" ")
    with pytest.raises(InvalidOption, match="one character"):
        FileOptions("m", separator=";;")


def test_a_wrong_calendar_gets_the_nearest_one(tmp_path) -> None:
    with pytest.raises(UnknownName, match="'XNYZ' is not a calendar"):
        read(written(tmp_path, PLAIN), FileOptions("m", calendar="XNYZ"))


def test_a_long_file_holds_many_symbols(tmp_path) -> None:
    text = "date,symbol,close\n2020-01-02,A,1\n2020-01-02,B,2\n2020-01-03,A,3\n"
    content = read(written(tmp_path, text, "long.csv"), OPTIONS)
    assert content.symbols == ("A", "B")
    with pytest.raises(BadInput, match="line 3, column 'symbol': '' is not a name"):
        read(written(tmp_path, text.replace("B", ""), "long.csv"), OPTIONS)


def test_a_single_file_can_be_given_its_symbol(tmp_path) -> None:
    assert read(written(tmp_path, PLAIN), FileOptions("m", symbol="XYZ")).symbols == ("XYZ",)


def test_a_folder_of_files_takes_its_actions_and_listings_with_it(tmp_path) -> None:
    written(tmp_path, PLAIN, "A.csv")
    written(tmp_path, PLAIN, "B.csv")
    written(
        tmp_path,
        "symbol,ex_date,kind,value\nA,2020-01-06,split,2\nZ,2020-01-06,split,2\n",
        "corporate_actions.csv",
    )
    written(
        tmp_path,
        "symbol,listed_as,first_date,last_date\nA,OLD,2020-01-02,2020-01-03\nA,A,2020-01-03,\n",
        "listings.csv",
    )
    content = read(tmp_path, OPTIONS)
    assert content.symbols == ("A", "B")
    assert content.actions.rows() == [("A", "split", 2.0, date(2020, 1, 6), instant_of("2020-01-03T21:00Z"))]
    assert content.listings["last_date"].to_list() == [date(2020, 1, 3), None]


def test_an_announced_action_is_known_when_it_was_announced(tmp_path) -> None:
    acts = written(
        tmp_path, "symbol,ex_date,kind,value,known_at\nABC,2020-01-06,split,2,2020-01-02\n", "acts.csv"
    )
    content = read(written(tmp_path, PLAIN), FileOptions("m", actions=acts))
    assert content.actions["known_at"].to_list() == [instant_of("2020-01-02T21:00Z")]


def test_an_action_on_the_first_day_is_known_when_that_day_opens(tmp_path) -> None:
    acts = written(tmp_path, "symbol,ex_date,kind,value\nABC,2020-01-02,dividend,0.1\n", "acts.csv")
    content = read(written(tmp_path, PLAIN), FileOptions("m", actions=acts))
    assert content.actions["known_at"].to_list() == [instant_of("2020-01-02T14:30Z")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("ABC,2020-01-03,spilt,2", "line 2, column 'kind': 'spilt' is no kind of action"),
        ("ABC,2020-01-03,split,0", "line 2, column 'value': 0.0 is no split"),
        ("ABC,2020-01-03,dividend,-1", "line 2, column 'value': -1.0 is no dividend"),
        ("ABC,2020-01-03,delisting,-1", "line 2, column 'value': -1.0 is no delisting"),
        ("ABC,2020-01-03,split,", "line 2, column 'value': nan is no split"),
        ("ABC,yesterday,split,2", "line 2, column 'ex_date': 'yesterday' is not a date"),
    ],
)
def test_a_broken_action_names_its_place(tmp_path, row: str, message: str) -> None:
    acts = written(tmp_path, f"symbol,ex_date,kind,value\n{row}\n", "acts.csv")
    with pytest.raises(BadInput) as caught:
        read(written(tmp_path, PLAIN), FileOptions("m", actions=acts))
    assert message in str(caught.value)


def test_a_listing_that_ends_before_it_begins_is_refused(tmp_path) -> None:
    lists = written(
        tmp_path, "symbol,listed_as,first_date,last_date\nABC,ABC,2020-01-03,2020-01-02\n", "l.csv"
    )
    with pytest.raises(BadInput, match="line 2, column 'last_date': 2020-01-02 is before 2020-01-03"):
        read(written(tmp_path, PLAIN), FileOptions("m", listings=lists))


def test_hourly_bars_end_with_their_hour_or_with_the_session(tmp_path) -> None:
    hours = "".join(f"2019-11-29 {hour:02}:00,{hour}\n" for hour in (9, 10, 11, 12))
    text = f"bar_start_new_york,close\n{hours}"
    bars = read(written(tmp_path, text), OPTIONS).bars
    assert bars["opens_at"][0] == instant_of("2019-11-29T14:30Z")
    assert bars["known_at"].to_list() == [instant_of(f"2019-11-29T{hour}:00Z") for hour in (15, 16, 17, 18)]


@pytest.mark.parametrize(
    "stamp", ["2020-01-02T15:30:00Z", "2020-01-02T10:30:00-05:00", "2020-01-02 10:30", "2020-01-02 10:30:00"]
)
def test_a_time_with_an_offset_and_one_without_mean_the_same_instant(tmp_path, stamp: str) -> None:
    text = f"timestamp,close\n{stamp},1\n"
    bars = read(written(tmp_path, text), FileOptions("m", bar_minutes=30)).bars
    assert bars["known_at"].to_list() == [instant_of("2020-01-02T16:00Z")]


def test_one_intraday_bar_does_not_show_how_long_a_bar_is(tmp_path) -> None:
    with pytest.raises(InvalidOption, match="--bar-minutes"):
        read(written(tmp_path, "timestamp,close\n2020-01-02 10:30,1\n"), OPTIONS)


def test_an_hour_that_the_clocks_skipped_is_refused(tmp_path) -> None:
    text = "timestamp,close\n2020-03-08 01:30,1\n2020-03-08 02:30,1\n"
    with pytest.raises(BadInput, match="does not exist in America/New_York"):
        read(written(tmp_path, text), OPTIONS)


def test_daily_and_hourly_files_do_not_mix(tmp_path) -> None:
    written(tmp_path, PLAIN, "A.csv")
    written(tmp_path, "timestamp,close\n2020-01-02 10:00,1\n2020-01-02 11:00,1\n", "B.csv")
    with pytest.raises(BadInput, match="mixes daily bars with bars within a day"):
        read(tmp_path, OPTIONS)


@pytest.mark.parametrize("kind", [pl.Date, pl.Datetime("us"), pl.String])
def test_parquet_reads_like_csv(tmp_path, kind: pl.DataType) -> None:
    table = pl.read_csv(PLAIN.encode(), schema_overrides={"date": pl.String})
    dated = table.with_columns(pl.col("date").str.to_date())
    table = table if kind == pl.String else dated.with_columns(pl.col("date").cast(kind))
    if kind == pl.Datetime("us"):
        table = table.with_columns(
            pl.col("date").dt.offset_by("10h").dt.replace_time_zone("America/New_York")
        )
    table.write_parquet(tmp_path / "ABC.parquet")
    bars = read(tmp_path / "ABC.parquet", FileOptions("m", bar_minutes=60)).bars
    assert bars["close"].to_list() == [10.5, 10.25, 11.75]
    assert bars["volume"].to_list() == [1000.0, 2000.0, 3000.0]
    assert bars["known_at"][0] == instant_of(
        "2020-01-02T16:00Z" if kind == pl.Datetime("us") else "2020-01-02T21:00Z"
    )


def test_an_infinite_price_in_parquet_names_its_row(tmp_path) -> None:
    pl.DataFrame({"date": [date(2020, 1, 2)], "close": [float("inf")]}).write_parquet(tmp_path / "A.parquet")
    with pytest.raises(BadInput, match="line 1, column 'close': inf is not a finite number"):
        read(tmp_path / "A.parquet", OPTIONS)


def test_a_negative_price_is_a_finding_and_no_broken_row(tmp_path) -> None:
    assert closes(written(tmp_path, PLAIN.replace("10.25,2000", "-10.25,2000")))[1] == -10.25


LONG = "date,ticker,close\n2020-01-02,A,1\n2020-01-02,B,2\n2020-01-03,A,3\n"


@pytest.mark.parametrize("name", ["ticker", "Ticker", "Symbol", " SYMBOL ", "<TICKER>", "sym"])
def test_an_obvious_symbol_column_tells_the_instruments_apart(tmp_path, name: str) -> None:
    path = written(tmp_path, LONG.replace("ticker", name), "prices.csv")
    assert read(path, OPTIONS).symbols == ("A", "B")


@pytest.mark.parametrize("name", ["code", "Name", "isin", "stock"])
def test_a_column_that_looks_like_the_symbol_is_refused_until_it_is_named(tmp_path, name: str) -> None:
    path = written(tmp_path, LONG.replace("ticker", name), "prices.csv")
    with pytest.raises(BadInput, match=f"'{name}' looks like the symbol. Give --column symbol={name}"):
        read(path, OPTIONS)
    assert read(path, FileOptions("m", columns={"symbol": name})).symbols == ("A", "B")


def test_a_name_that_is_the_same_in_all_rows_is_no_reason_to_refuse(tmp_path) -> None:
    text = PLAIN.replace("volume\n", "volume,name\n").replace("000\n", "000,Abc Inc\n")
    assert read(written(tmp_path, text), OPTIONS).symbols == ("ABC",)


def test_one_symbol_is_not_given_to_a_file_of_many(tmp_path) -> None:
    with pytest.raises(
        BadInput, match="'ticker' holds several instruments, and --symbol would make them one"
    ):
        read(written(tmp_path, LONG), FileOptions("m", symbol="A"))


def test_files_of_many_symbols_in_a_folder_keep_them(tmp_path) -> None:
    written(tmp_path, LONG, "2020.csv")
    written(tmp_path, LONG.replace("2020", "2019"), "2019.csv")
    assert read(tmp_path, OPTIONS).symbols == ("A", "B")


@pytest.mark.parametrize(
    ("stamp", "mend"),
    [
        ("31.12.2019", "Give --date-format '%d.%m.%Y'."),
        ("12/31/2019", "Give --date-format '%m/%d/%Y'."),
        ("03/01/2020", "Give --date-format '%d/%m/%Y' or '%m/%d/%Y'. Days and months could be either way"),
        ("31.12.19", "Give --date-format '%d.%m.%y'."),
        ("02-Jan-2020 16:00", "Give --date-format '%d-%b-%Y %H:%M'."),
        ("yesterday", "Say how they are written with --date-format, such as '%d.%m.%Y' for 31.12.2014."),
    ],
)
def test_dates_written_otherwise_get_the_option_that_reads_them(tmp_path, stamp: str, mend: str) -> None:
    path = written(tmp_path, f"date,close\n{stamp},1\n{stamp},2\n")
    with pytest.raises(BadInput) as caught:
        read(path, OPTIONS)
    assert mend in str(caught.value)


def test_one_odd_date_among_good_ones_is_a_slip_and_not_a_format(tmp_path) -> None:
    with pytest.raises(BadInput, match="Correct the cell"):
        read(written(tmp_path, PLAIN.replace("2020-01-03", "03.01.2020")), OPTIONS)


@pytest.mark.parametrize(("mark", "typed"), [(";", "';'"), ("\t", "tab"), ("|", "'|'")])
def test_another_separator_is_named_and_works_as_named(tmp_path, mark: str, typed: str) -> None:
    path = written(tmp_path, PLAIN.replace(",", mark))
    with pytest.raises(BadInput) as caught:
        read(path, OPTIONS)
    assert f"Try --separator {typed}." in str(caught.value)
    assert closes(path, FileOptions("m", separator=typed.strip("'"))) == [10.5, 10.25, 11.75]


def test_a_byte_that_is_no_utf_8_names_the_option(tmp_path) -> None:
    with pytest.raises(BadInput, match="--encoding cp1252"):
        read(written(tmp_path, PLAIN.encode() + b"\xe4"), OPTIONS)


COMMAS = "date;close;volume\n2020-01-02;1.010,5;1.000\n2020-01-03;10,25;\n"


def test_decimal_commas_are_read_when_asked_for_and_named_when_not(tmp_path) -> None:
    path = written(tmp_path, COMMAS)
    with pytest.raises(BadInput, match=r"'1.010,5' is not a number.*--decimal ','"):
        read(path, FileOptions("m", separator=";"))
    bars = read(path, FileOptions("m", separator=";", decimal=",")).bars
    assert bars["close"].to_list() == [1010.5, 10.25]
    assert bars["volume"][0] == 1000.0
    assert np.isnan(bars["volume"][1])


def test_a_decimal_point_among_decimal_commas_is_no_number(tmp_path) -> None:
    with pytest.raises(BadInput, match=r"line 3, column 'close': '10.25' is not a number"):
        read(
            written(tmp_path, COMMAS.replace("10,25", "10.25")), FileOptions("m", separator=";", decimal=",")
        )


def test_commas_in_quotes_may_stand_in_numbers_and_between_them(tmp_path) -> None:
    options = FileOptions("m", decimal=",")
    quoted = written(tmp_path, 'date,close\n2020-01-02,"10,5"\n')
    assert read(quoted, options).bars["close"].to_list() == [10.5]
    with pytest.raises(BadInput, match="line 2: 3 cells where the header has 2: '2020-01-02,10,5'"):
        read(written(tmp_path, "date,close\n2020-01-02,10,5\n"), options)


def test_a_decimal_mark_is_a_point_or_a_comma() -> None:
    with pytest.raises(InvalidOption, match="--decimal '~'"):
        FileOptions("m", decimal="~")


STOOQ = (
    "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
    "AAA.US,D,20200102,000000,10,11,9.5,10.5,1000,0\nAAA.US,D,20200103,000000,10.5,11,10,10.25,2000,0\n"
)


def test_a_folder_of_stooqs_text_files_is_read_as_it_comes(tmp_path) -> None:
    written(tmp_path, STOOQ, "aaa.us.txt")
    written(tmp_path, STOOQ.replace("AAA", "BBB"), "bbb.us.txt")
    written(tmp_path, "Not prices.", "README.txt")
    content = read(tmp_path, OPTIONS)
    assert content.symbols == ("aaa.us", "bbb.us")
    assert content.bars["volume"].to_list() == [1000.0, 2000.0] * 2
    assert content.bars["known_at"][0] == instant_of("2020-01-02T21:00Z")


def test_one_stooq_file_is_called_after_its_ticker(tmp_path) -> None:
    assert read(written(tmp_path, STOOQ, "aaa.us.txt"), OPTIONS).symbols == ("AAA.US",)


@pytest.mark.parametrize("name", ["splits.csv", "Actions.csv", "dividends.csv"])
def test_facts_among_the_prices_are_no_prices_and_the_option_for_them_is_named(tmp_path, name: str) -> None:
    written(tmp_path, PLAIN, "A.csv")
    acts = written(tmp_path, "symbol;ex_date;kind;value\nA;2020-01-06;split;2\n", name)
    (found,) = read(tmp_path, OPTIONS).findings
    assert (found.code, found.level.value) == ("file-not-read", "warning")
    assert f"{name} holds no bars by its name: --actions takes it" in found.message
    passed = read(tmp_path, FileOptions("m", actions=acts))
    assert (passed.symbols, passed.findings, len(passed.actions)) == (("A",), (), 1)


def test_facts_named_by_option_are_no_prices_whatever_they_are_called(tmp_path) -> None:
    written(tmp_path, PLAIN, "A.csv")
    acts = written(tmp_path, "symbol,ex_date,kind,value\nA,2020-01-06,split,2\n", "mine.csv")
    assert read(tmp_path, FileOptions("m", actions=acts)).symbols == ("A",)


@pytest.mark.parametrize("name", ["a b/../c", "..", "-x", "a\\b", "a\nb", "a\x1b[31m", " a", "x" * 101])
def test_a_datasets_name_is_no_path_no_option_and_fit_to_print(name: str) -> None:
    with pytest.raises(InvalidOption, match=r"is no name for a dataset. Give --name up to 100 printable"):
        FileOptions(name)


@pytest.mark.parametrize("name", ["my data (1)", "sp500-20", "größe", "x" * 100])
def test_ordinary_names_are_taken(name: str) -> None:
    assert FileOptions(name).name == name
