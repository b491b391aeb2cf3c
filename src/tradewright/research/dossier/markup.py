"""Writing HTML so that nothing from outside can become markup: plain text is escaped unless it is `Html`."""

import json
import re
from typing import Any

# Control characters and lone surrogates are no text: HTML forbids them and UTF-8 cannot hold the latter.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
VOID = frozenset({"meta", "br", "line", "rect", "path", "circle", "polyline"})


class Html(str):
    """Text that is markup already; `tag` and `join` are the only places that make it from anything else."""

    __slots__ = ()


def printable(text: str) -> str:
    """The text with whatever cannot be shown replaced by the replacement character."""
    return UNPRINTABLE.sub("\ufffd", text)


def escape(text: str) -> Html:
    """Text as it must stand in a page, inside an element or an attribute.

    Property: read back by a browser it is `printable(text)` and nothing else, whatever the text holds.
    """
    if isinstance(text, Html):
        return text
    clean = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Html(clean.replace('"', "&quot;").replace("'", "&#39;"))


def join(*parts: str, between: str = "") -> Html:
    """Parts in a row; those that are plain text are escaped."""
    return Html(escape(between).join(escape(part) for part in parts))


def tag(name: str, /, *children: str, **attributes: str | int | bool) -> Html:
    """One element. `class_` writes class, `data_x` data-x; True writes a bare attribute, False none."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not False
    )
    if name in VOID:
        return Html(f"<{name}{written}>" if name in ("meta", "br") else f"<{name}{written}/>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def data_block(name: str, value: Any) -> Html:
    """A block of JSON for the page's script; it cannot end its own element whatever the data say.

    Raises: ValueError for NaN or infinity, which JSON cannot hold.
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return Html(f'<script type="application/json" id="{escape(name)}">{safe}</script>')
