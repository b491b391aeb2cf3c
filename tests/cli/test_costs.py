"""`tradewright costs`: how the price of a fill came about."""

import pytest


@pytest.fixture
def run_id(lived_in) -> str:
    """The study's run."""
    return lived_in("study", "list", "--json").rows()[0]["id"]


def test_a_fill_is_explained_from_the_printed_price_to_all_in(lived_in, run_id):
    said = lived_in("costs", "explain", run_id, "0")
    assert said.code == 0, said.err
    words = ("Order 0 of A small", "printed price", "half spread", "market impact", "price paid", "all in")
    places = [said.out.index(word) for word in words]
    assert places == sorted(places)


def test_the_terms_printed_add_up(lived_in, run_id):
    (told,) = lived_in("costs", "explain", run_id, "0", "--json").rows()
    for fill in told["fills"]:
        in_price = sum(term["usd_a_share"] for term in fill["in_price"])
        assert fill["reference"] + in_price == pytest.approx(fill["price"], rel=1e-12)
        beside = sum(term["usd_a_share"] for term in fill["beside"])
        assert fill["price"] + beside == pytest.approx(fill["all_in"], rel=1e-12)


def test_an_order_that_is_not_there_is_misuse(lived_in, run_id):
    said = lived_in("costs", "explain", run_id, "999999")
    assert said.code == 2
    assert "order 999999 is not in run" in said.line
    assert "It has 0 to" in said.line


def test_a_run_that_is_not_there_is_not_found(lived_in):
    said = lived_in("costs", "explain", "ffffffff", "0")
    assert said.code == 1
