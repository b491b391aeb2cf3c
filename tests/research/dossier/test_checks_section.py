"""Cross-checks on the page: the question first, then the number, then how it is read."""

from tradewright.research.dossier.checks_section import NO_CHECKS


def test_each_check_asks_then_answers_then_says_how_to_read_it(tree):
    words = tree.one("section", id="checks").text
    places = [
        words.find(part) for part in ("decide nothing", "does it last?", "42.0", "at half, no", "252 halves")
    ]
    assert all(place >= 0 for place in places)
    assert places == sorted(places)


def test_a_share_has_its_interval_and_a_p_value_its_name(tree):
    words = tree.one("section", id="checks").text
    assert "(95 % interval 10.0 to 80.0 %)" in words
    assert "p = 0.031" in words


def test_a_check_that_nobody_could_evaluate_gives_its_reason_and_no_reading(tree):
    words = tree.one("section", id="checks").text
    assert "Not evaluated. They move as one." in words
    assert "large: unknown" not in words


def test_a_page_without_checks_says_so(bare_tree):
    assert bare_tree.one("section", id="checks").text == f"Cross-checks {NO_CHECKS}"
