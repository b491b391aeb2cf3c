"""What an account may say of balances, and what must be known of their currencies before anything trades."""

from dataclasses import replace

import numpy as np
import pytest
from kept_markets import dollars, keeps
from markets import market, profile

from tradewright.kernel.inputs import terms_of
from tradewright.values.balances import BALANCES, EXCHANGES, check_interest_counts, currencies_of
from tradewright.values.currency import Quotes
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.profile import AccountOptions


def test_the_rate_of_a_currency_is_that_of_any_of_its_names():
    panel = dollars([1.0, 2.0, 3.0])
    rates = np.array([[np.nan, 1.0], [2.0, 2.0], [3.0, np.nan]])
    two = replace(
        market([[10.0, 10.0]] * 3),
        currency="EUR",
        rates=rates,
        quotes=Quotes(("USD", "USD"), panel.quotes.facts),
    )
    kinds = currencies_of(two, keeps(), profile())
    assert kinds.rates.tolist() == [[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]]
    assert (kinds.names, kinds.of_asset.tolist()) == (("EUR", "USD"), [1, 1])


def test_an_account_that_converts_keeps_no_currencies():
    terms = terms_of(dollars([1.0] * 3), replace(keeps(), balances="converted"), profile(conversion_bps=10.0))
    assert (terms.keeps, terms.currencies.names) == (False, ())
    assert terms.conversion.tolist() == [0.001]


def test_an_account_that_keeps_pays_for_changing_only_where_money_is_changed():
    for exchange, share in (("never", 0.0), ("shortfalls", 0.001), ("all", 0.001)):  # left by a fill
        terms = terms_of(dollars([1.0] * 3), keeps(exchange=exchange), profile(conversion_bps=10.0))
        assert not len(terms.conversion)
        assert terms.currencies.exchange_share == 0.001
        assert terms.changing_of(0) == share
        assert list(EXCHANGES)[terms.currencies.exchange] == exchange


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"balances": "keept"}, "'keept' is not a way to keep balances. Did you mean 'kept'?"),
        ({"balances": "kept", "exchange": "al"}, "'al' is not an exchange of balances. Did you mean 'all'?"),
        ({"balances": "kept", "interest": {"EYR": (0.0, 0.1)}}, "'EYR' is not a currency of interest."),
    ],
)
def test_a_misspelt_word_gets_the_nearest_one(given, words):
    with pytest.raises(UnknownName) as caught:
        AccountOptions(**given)
    assert words.split(".")[0] in f"{caught.value.what}"
    assert words.partition(". ")[2] in f"{caught.value.mend} {caught.value}"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"exchange": "all"}, "exchange = 'all' where balances are converted"),
        ({"interest": {"EUR": (0.0, 0.1)}}, "interest = .* where balances are converted"),
        ({"balances": "kept", "type": "cash", "exchange": "never"}, "exchange = 'never' in a cash account"),
        (
            {"balances": "kept", "interest": {"EUR": (float("nan"), 0.1)}},
            r"interest of \(nan, 0.1\) a year on EUR",
        ),
        (
            {"balances": "kept", "interest": {"EUR": (0.02, 12.0)}},
            r"interest of \(0.02, 12.0\) a year on EUR",
        ),
        (
            {"balances": "kept", "interest": {"EUR": (0.02, -0.1)}},
            r"interest of \(0.02, -0.1\) a year on EUR",
        ),
        ({"balances": "kept", "interest": {"EUR": 0.1}}, "interest of 0.1 a year on EUR"),
        ({"balances": "kept", "interest": {"EUR": (0.1,)}}, "interest of .* a year on EUR"),
        ({"balances": "kept", "interest": {"EUR": ("a", "b")}}, "interest of .* a year on EUR"),
        (
            {"balances": "kept", "interest": {"USD": (0.1, 0.2)}},
            "interest on USD, the account's own currency",
        ),
    ],
)
def test_what_binds_nothing_or_cannot_be_is_refused(given, words):
    with pytest.raises(InvalidOption, match=words):
        AccountOptions(**given)


def test_interest_on_a_currency_of_no_name_is_refused_where_a_run_is_planned():
    with pytest.raises(InvalidOption, match=r"interest on GBP, in which nothing of this run is quoted"):
        check_interest_counts(dollars([1.0] * 3), keeps(interest={"GBP": (0.0, 0.1)}))
    check_interest_counts(dollars([1.0] * 3), keeps(interest={"USD": (0.0, 0.1)}))


def test_an_account_has_a_hash_whatever_it_says_of_interest():
    assert hash(keeps()) == hash(keeps(interest={"USD": (0.0, 0.1)}))
    assert keeps() != keeps(interest={"USD": (0.0, 0.1)})


def test_every_way_says_what_it_does():
    assert [*BALANCES] == ["converted", "kept"]
    assert [*EXCHANGES] == ["never", "shortfalls", "all"]
