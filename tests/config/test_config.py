"""Options: from the line, the environment, the file, in this order; nothing unknown, nothing unread."""

import ast
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from tradewright import config
from tradewright.config import Options, options_of
from tradewright.values.errors import BadInput, InvalidOption, StorageFailure, UnknownName

PACKAGE = Path(config.__file__).parent


def with_file(folder: Path, text: str) -> Options:
    """The options in a folder with this file and an empty environment."""
    (folder / config.FILE).write_text(text)
    return options_of(None, {}, folder)


def test_without_anything_said_the_defaults_hold(tmp_path):
    assert options_of(None, {}, tmp_path) == Options(tmp_path / ".tradewright", None, True)


def test_the_line_goes_before_the_environment_and_the_environment_before_the_file(tmp_path):
    (tmp_path / config.FILE).write_text('workspace = "from-file"')
    environment = {"TRADEWRIGHT_WORKSPACE": "from-environment"}
    assert options_of(Path("from-line"), environment, tmp_path).workspace == tmp_path / "from-line"
    assert options_of(None, environment, tmp_path).workspace == tmp_path / "from-environment"
    assert options_of(None, {}, tmp_path).workspace == tmp_path / "from-file"


def test_an_empty_variable_says_nothing(tmp_path):
    assert options_of(None, {"TRADEWRIGHT_WORKSPACE": ""}, tmp_path).workspace == tmp_path / ".tradewright"


def test_an_absolute_workspace_is_taken_as_it_is(tmp_path):
    assert options_of(tmp_path / "w", {}, Path("/")).workspace == tmp_path / "w"


def test_the_file_may_set_every_option(tmp_path):
    found = with_file(tmp_path, 'workspace = "w"\ncache = "c"\nverify = false\n')
    assert found == Options(tmp_path / "w", tmp_path / "c", False)


def test_the_ledger_may_be_a_database_named_by_the_environment_or_the_file(tmp_path):
    assert options_of(None, {}, tmp_path).ledger == ""
    assert with_file(tmp_path, 'ledger = "postgresql://u@h/db"').ledger == "postgresql://u@h/db"
    given = {"TRADEWRIGHT_LEDGER": "postgresql://u@other/db"}
    assert options_of(None, given, tmp_path).ledger == "postgresql://u@other/db"


def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path):
    with pytest.raises(
        UnknownName, match=r"'cach' is not a key of tradewright.toml\. Did you mean 'cache'\?"
    ):
        with_file(tmp_path, 'cach = "x"')


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("verify = 1", "verify = 1 in tradewright.toml. Give true or false."),
        ("workspace = 3", "workspace = 3 in tradewright.toml. Give a path in quotes."),
        ('cache = ""', "Give a path in quotes."),
        ("ledger = 3", "ledger = 3 in tradewright.toml. Give a URL in quotes."),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(tmp_path, text, says):
    with pytest.raises(InvalidOption) as refusal:
        with_file(tmp_path, text)
    assert says in str(refusal.value)


@pytest.mark.parametrize("content", [b"workspace = w", b"\xff\xfe", b"[[["])
def test_a_file_that_is_not_toml_is_refused_with_its_name(tmp_path, content):
    (tmp_path / config.FILE).write_bytes(content)
    with pytest.raises(BadInput, match=r"tradewright.toml is not TOML"):
        options_of(None, {}, tmp_path)


def test_a_file_that_cannot_be_read_is_a_failure_with_its_name(tmp_path):
    (tmp_path / config.FILE).mkdir()
    with pytest.raises(StorageFailure, match=r"tradewright.toml cannot be read"):
        options_of(None, {}, tmp_path)


def test_options_are_frozen(tmp_path):
    with pytest.raises(FrozenInstanceError):
        options_of(None, {}, tmp_path).verify = False


def test_every_option_is_read_by_somebody():
    read = set()
    for folder in ("assembly", "cli"):
        for path in (PACKAGE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("options"):
                    read.add(node.attr)
    assert {field.name for field in fields(Options)} <= read
