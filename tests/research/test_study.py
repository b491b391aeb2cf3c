"""A study file: read whole, or refused in one line that says which key, what holds and what to type."""

from dataclasses import asdict
from datetime import date

import msgspec
import pytest
from study_files import STUDY, changed

from tradewright.research.study import (
    StudyOptions,
    choices,
    digest_of,
    grid_points,
    load,
    parse,
    plain,
    study_hash,
)
from tradewright.values.errors import BadInput, InvalidOption, NotFound, TradewrightError, UnknownName
from tradewright.values.profile import AccountOptions


def refusal(text: str, kind: type[TradewrightError]) -> str:
    with pytest.raises(kind) as caught:
        parse(text, "study.toml")
    return str(caught.value)


# Reading


def test_a_study_is_read_into_typed_options():
    options = parse(STUDY, "study.toml")
    assert (options.title, options.seed) == ("A small study", 3)
    assert options.hypothesis.id == "small"
    assert options.period.start == date(2015, 1, 5)
    assert options.strategy.parameters == {"lookback": 60, "skip": 5, "top": 0.5}
    assert options.strategy.grid["top"] == (0.34, 0.5)
    assert options.account.capital_usd == 100_000.0
    assert options.data.synthetic["names"] == 6


def test_what_a_study_leaves_out_has_its_default():
    options = parse(STUDY, "study.toml")
    assert options.universe.symbols == "all"
    assert options.execution.profile == "realistic"
    assert options.benchmark.kind == "universe"
    assert options.account.max_gross == 1.0
    assert options.waivers == ()


def test_waivers_keep_their_reasons():
    text = STUDY + '[[waivers]]\ncode = "nan-share"\nreason = "names listed late"\n'
    (waiver,) = parse(text, "study.toml").waived()
    assert (waiver.code, waiver.reason) == ("nan-share", "names listed late")


def test_a_universe_may_be_listed():
    options = parse(STUDY + '[universe]\nsymbols = ["A", "B"]\n', "study.toml")
    assert options.universe.symbols == ("A", "B")


def test_a_file_is_read_from_its_path(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(STUDY)
    assert load(path) == parse(STUDY, "own.toml")


# Files that are no study


def test_a_file_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound, match="no study file"):
        load(tmp_path / "absent.toml")


@pytest.mark.parametrize("text", ["", "  \n\t\n"], ids=["empty", "blank"])
def test_an_empty_file_says_where_to_start(text):
    assert refusal(text, BadInput) == "study.toml is empty. Start from examples/momentum.toml."


def test_broken_toml_is_refused_with_its_line():
    said = refusal(changed(('title = "A small study"', "title = A small study")), BadInput)
    assert "study.toml is not TOML" in said
    assert "line 2" in said


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(BadInput, match="not a text file"):
        load(path)


def test_a_comment_alone_lacks_everything():
    assert "lacks" in refusal("# nothing yet\n", InvalidOption)


# Unknown keys


@pytest.mark.parametrize(
    ("old", "new", "place", "near"),
    [
        ('title = "A small', 'titel = "A small', "the top level", "title"),
        ("[hypothesis]", "[hypotesis]", "the top level", "hypothesis"),
        ('statement = "S', 'statment = "S', "[hypothesis]", "statement"),
        ('dataset = "made"', 'datset = "made"', "[data]", "dataset"),
        ("[strategy.grid]", "[strategy.gird]", "[strategy]", "grid"),
        ("capital_usd", "captial_usd", "[account]", "capital_usd"),
        ("draws = 200", "drawz = 200", "[intervals]", "draws"),
        ("start = ", "begin_start = ", "[period]", "start"),
    ],
)
def test_an_unknown_key_is_refused_with_its_table_and_the_nearest_name(old, new, place, near):
    said = refusal(changed((old, new)), UnknownName)
    assert f"key of {place} in study.toml" in said
    assert f"Did you mean '{near}'?" in said


def test_a_study_may_ask_for_a_margin_account():
    asked = changed(("[account]", '[account]\ntype = "margin"\nlong_maintenance = 0.35'))
    options = parse(asked, "study.toml")
    assert (options.account.type, options.account.long_maintenance) == ("margin", 0.35)
    assert study_hash(options) != study_hash(parse(STUDY, "study.toml"))


KEPT = '[account]\nbalances = "kept"\nexchange = "all"\ninterest = { EUR = [0.04, 0.06] }'


def test_a_study_may_keep_balances_with_interest_of_their_own():
    options = parse(changed(("[account]", KEPT)), "study.toml")
    account = options.account
    assert (account.balances, account.exchange, account.interest["EUR"]) == ("kept", "all", (0.04, 0.06))
    assert plain(options)["account"]["interest"] == {"EUR": (0.04, 0.06)}
    assert study_hash(options) != study_hash(parse(STUDY, "study.toml"))
    assert msgspec.convert(plain(options), StudyOptions) == options
    assert choices(options)["costs"] != choices(parse(STUDY, "study.toml"))["costs"]


def test_a_study_that_keeps_no_balances_is_called_what_it_was_before_any_could():
    said = changed(("[account]", '[account]\nbalances = "converted"'))
    assert study_hash(parse(said, "study.toml")) == study_hash(parse(STUDY, "study.toml"))
    for options in (parse(said, "study.toml"), replace_account(parse(STUDY, "study.toml"))):
        assert not {"balances", "exchange", "interest"} & set(plain(options)["account"])
        assert not {"balances", "exchange", "interest"} & set(plain(options.account))


def replace_account(options: StudyOptions) -> StudyOptions:
    """The same study with an account that says everything, as the command line builds it."""
    return msgspec.structs.replace(options, account=AccountOptions(**asdict(AccountOptions())))


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ('balances = "keept"', UnknownName, "'keept' is not a way to keep balances. Did you mean 'kept'?"),
        ('balances = "kept"\nexchange = "al"', UnknownName, "Did you mean 'all'?"),
        ('balancez = "kept"', UnknownName, "Did you mean 'balances'?"),
        ('exchange = "all"', InvalidOption, "add balances = 'kept'"),
        ("interest = { EUR = [0.1, 0.2] }", InvalidOption, "add balances = 'kept'"),
        ('balances = "kept"\ninterest = { EUR = 0.1 }', InvalidOption, "account.interest"),
        ('type = "margni"', UnknownName, "Did you mean 'margin'?"),
        ('currency = "EURO"', UnknownName, "'EURO' is not a currency of an account. Did you mean 'EUR'?"),
        ('curency = "EUR"', UnknownName, "Did you mean 'currency'?"),
        ("inital_margin = 0.5", UnknownName, "Did you mean 'initial_margin'?"),
        ("short_maintenance = 0.4", InvalidOption, "add type = 'margin'"),
        ('type = "margin"\ninitial_margin = 0.2', InvalidOption, "no maintenance above it"),
    ],
)
def test_an_account_no_broker_keeps_is_refused_by_name(line, kind, words):
    assert words in refusal(changed(("[account]", f"[account]\n{line}")), kind)


def test_an_unknown_key_in_an_array_of_tables_is_refused():
    text = STUDY + '[[waivers]]\ncode = "nan-share"\nreasn = "names listed late"\n'
    said = refusal(text, UnknownName)
    assert "key of [waivers]" in said
    assert "Did you mean 'reason'?" in said


# Values


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("seed = 3", 'seed = "three"', ["seed = 'three'", "a whole number"]),
        ("seed = 3", "seed = -1", ["seed = -1", ">= 0"]),
        ("seed = 3", "seed = 1.5", ["seed = 1.5", "a whole number"]),
        ("draws = 200", "draws = 5", ["intervals.draws = 5", ">= 100"]),
        ('id = "small"', 'id = "Two Words"', ["hypothesis.id = 'Two Words'"]),
        ('title = "A small study"', 'title = ""', ["title = ''"]),
        ('title = "A small study"', "title = 7", ["title = 7", "text"]),
        ("lookback = [40, 60, 80]", "lookback = 40", ["a list"]),
        ("start = 2015-01-05", 'start = "soon"', ["period.start = 'soon'"]),
        ("start = 2015-01-05", "start = 2018-01-05", ["is not before period.end"]),
        ("capital_usd = 100000.0", "capital_usd = -1.0", ["capital_usd = -1.0", "above zero"]),
        ("top = [0.34, 0.5]", "top = []", ["strategy.grid.top is empty"]),
        ("top = [0.34, 0.5]", "top = [0.5, 0.5]", ["holds a value twice"]),
    ],
)
def test_a_value_that_does_not_hold_is_named_with_what_does(old, new, parts):
    said = refusal(changed((old, new)), InvalidOption)
    assert all(part in said for part in parts), said


@pytest.mark.parametrize(
    ("table", "key", "line"),
    [("[hypothesis]", "id", 'id = "small"\n'), ("the top level", "seed", "seed = 3\n"),
     ("[data]", "dataset", 'dataset = "made"\n')],
)  # fmt: skip
def test_a_missing_key_is_named_with_its_table(table, key, line):
    assert f"{table} lacks '{key}'" in refusal(changed((line, "")), InvalidOption)


def test_a_missing_table_is_named():
    head = STUDY.split("[hypothesis]")[0]
    assert "lacks 'hypothesis'" in refusal(head, InvalidOption)


def test_a_waiver_needs_more_than_a_word_of_reason():
    text = STUDY + '[[waivers]]\ncode = "nan-share"\nreason = "ok"\n'
    assert "waivers" in refusal(text, InvalidOption)


def test_a_code_is_waived_once():
    waiver = '[[waivers]]\ncode = "nan-share"\nreason = "names listed late"\n'
    assert "waived twice" in refusal(STUDY + waiver + waiver, InvalidOption)


def test_a_benchmark_dataset_must_be_named():
    assert "names none" in refusal(STUDY + '[benchmark]\nkind = "dataset"\n', InvalidOption)


def test_a_kind_of_benchmark_that_is_not_there_is_refused():
    assert "benchmark.kind = 'index'" in refusal(STUDY + '[benchmark]\nkind = "index"\n', InvalidOption)


def test_an_empty_universe_is_refused():
    assert "universe.symbols is empty" in refusal(STUDY + "[universe]\nsymbols = []\n", InvalidOption)


def test_a_grid_beyond_all_reason_is_refused_before_anything_runs():
    values = ", ".join(str(value) for value in range(40, 160))
    text = changed(
        ("lookback = [40, 60, 80]", f"lookback = [{values}]\nskip = [{values}]"),
    )
    said = refusal(text, InvalidOption)
    assert "28,800 points" in said
    assert "10,000" in said


# Names of a study


def test_the_hash_ignores_order_and_spacing():
    lines = changed(('title = "A small study"\nseed = 3', 'seed   =   3\ntitle = "A small study"'))
    assert study_hash(parse(lines, "a")) == study_hash(parse(STUDY, "b"))


@pytest.mark.parametrize(
    ("old", "new"),
    [("seed = 3", "seed = 4"), ("lookback = 60", "lookback = 61"), ("Something is", "Nothing is"),
     ("[40, 60, 80]", "[40, 60]"), ("end = 2017-06-30", "end = 2017-06-29")],
)  # fmt: skip
def test_the_hash_changes_with_anything_the_study_says(old, new):
    assert study_hash(parse(changed((old, new)), "a")) != study_hash(parse(STUDY, "a"))


def test_a_plain_study_is_called_what_ledgers_have_called_it_from_the_first():
    """Its registration is found by this name, written before there were models, searches and neighbours."""
    assert study_hash(parse(STUDY, "a")).startswith("ad8d5ea3725f66c45a53f2620ab3c555")
    asked = ("[strategy.grid]", "[search]\nmethod = 'grid'\n[strategy.grid]")
    switched = ('name = "momentum"', 'name = "momentum"\nperturb = false')
    names = {study_hash(parse(changed(*each), "a")) for each in ((), (asked,), (switched,))}
    assert len(names) == 3


def test_a_default_that_is_written_out_changes_nothing():
    assert study_hash(parse(STUDY + '[execution]\nprofile = "realistic"\n', "a")) == study_hash(
        parse(STUDY, "a")
    )


def test_a_digest_is_of_content_not_of_order():
    assert digest_of({"a": 1, "b": [2, 3]}) == digest_of({"b": [2, 3], "a": 1})
    assert digest_of({"a": [2, 3]}) != digest_of({"a": [3, 2]})


def test_grid_points_come_in_a_fixed_order_with_their_steps():
    points = grid_points({"a": (1, 2), "b": (0.1, 0.2)})
    assert [steps for steps, _ in points] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert points[2][1] == {"a": 2, "b": 0.1}


def test_no_grid_has_no_points():
    assert grid_points({}) == []


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_number_that_is_none_is_refused_with_its_place(value):
    with pytest.raises(
        InvalidOption, match=r"study\.toml: strategy\.grid\.top\.1 = -?(nan|inf)\. Give a number"
    ):
        parse(changed(("top = [0.34, 0.5]", f"top = [0.34, {value}]")), "study.toml")


def test_one_symbol_without_its_brackets_is_told_how_to_write_a_list():
    with pytest.raises(InvalidOption, match=r'Write "all", or a list such as \["AAPL"\]'):
        parse(STUDY + '[universe]\nsymbols = "AAPL"\n', "study.toml")
