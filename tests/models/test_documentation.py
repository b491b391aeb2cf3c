"""The page on models is true: its code runs and prints what stands there, and it names every model."""

import re
from pathlib import Path

from tradewright.models import registry

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text(encoding="utf-8")


def test_the_code_on_the_page_prints_what_the_page_says(capsys):
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    printed = re.findall(r"```text\n(.*?)```", PAGE, re.S)
    room: dict[str, object] = {"__name__": "page"}
    told = []
    for block in blocks:
        exec(block, room)
        told.append(capsys.readouterr().out)
    assert [text for text in told if text] == printed and len(blocks) == 3


def test_the_page_names_every_model_and_its_parameters():
    table = PAGE[PAGE.index("| model | what it is |") : PAGE.index("`boosted_trees`, `estimator` and")]
    rows = [re.findall(r"`([a-z_]+)`", line) for line in table.splitlines()[2:] if line.startswith("|")]
    known = registry.members()
    assert {name for row in rows for name in row if name in known} == set(known)
    for row in rows:
        owners = [known[name] for name in row if name in known]
        takes = {one.name for owner in owners for one in owner.declared()}
        assert set(row) - set(known) <= takes
