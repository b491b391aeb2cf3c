"""Text from outside stays text, whatever it holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.research.dossier.markup import Html, data_block, escape, join, printable, tag

HOSTILE = "<script>alert(1)</script>"


def test_plain_text_is_escaped_and_markup_is_not():
    assert tag("p", HOSTILE) == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert tag("p", tag("b", "x")) == "<p><b>x</b></p>"


def test_attributes_cannot_be_broken_out_of():
    assert tag("p", title='" onclick="x') == '<p title="&quot; onclick=&quot;x"></p>'
    assert tag("p", title="' onclick='x") == '<p title="&#39; onclick=&#39;x"></p>'


def test_attribute_names_follow_html():
    written = tag(
        "td", class_="number", data_head="Gate", aria_hidden="true", hidden=True, open=False, tabindex=0
    )
    assert written == '<td class="number" data-head="Gate" aria-hidden="true" hidden tabindex="0"></td>'


def test_elements_without_content_are_not_closed():
    assert tag("meta", charset="utf-8") == '<meta charset="utf-8">'
    assert tag("line", x1=0) == '<line x1="0"/>'


def test_an_attribute_may_be_called_name():
    assert tag("meta", name="viewport") == '<meta name="viewport">'


def test_joining_escapes_each_plain_part():
    assert join("<", Html("<b>"), between=" & ") == "&lt; &amp; <b>"


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x1b", "\x85", "\ud800", "\udfff", "\uffff", "\r"])
def test_what_cannot_be_shown_is_replaced(character):
    assert printable(f"a{character}b") == "a\ufffdb"
    assert escape(f"a{character}b") == "a\ufffdb"


def test_ordinary_text_of_any_language_is_left_alone():
    words = "Größe, 価格, السعر, \U0001f4c8\n\tnext"
    assert printable(words) == words


def test_escaping_twice_changes_nothing_more():
    once = escape("a < b & c")
    assert escape(once) is once


def test_a_data_block_cannot_end_itself():
    block = data_block("data", {"x": "</script><script>alert(1)</script><!--"})
    inside = block.removeprefix('<script type="application/json" id="data">').removesuffix("</script>")
    assert "<" not in inside
    assert json.loads(inside) == {"x": "</script><script>alert(1)</script><!--"}


def test_a_data_block_refuses_numbers_that_json_cannot_hold():
    with pytest.raises(ValueError, match="JSON"):
        data_block("data", [float("nan")])


@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_any_text_survives_as_text(read, words):
    tree = read(f"<div>{tag('p', words, title=words)}</div>")
    paragraph = tree.one("p")
    assert "".join(paragraph.pieces) == printable(words)
    assert paragraph.children == []
    assert paragraph.attributes["title"] == printable(words)
