"""Words taken as typed, and all else read as typer reads it."""

import subprocess

import pytest
import typer
from shell import TRADEWRIGHT
from typer.main import get_command

from tradewright.cli.plain_words import take_plain_words

# What a quick look needs not, because it has nothing to check, to compile, to multiply or to integrate.
SPARED = {
    "pydantic", "numba.np.arraymath", "scipy.linalg", "scipy.special", "scipy.sparse", "plotly", "pandas",
    "tradewright.research.ladder.holdout", "tradewright.research.study_run", "tradewright.research.walk",
}  # fmt: skip


@pytest.fixture
def heard():
    """A verb of every kind of option, and what it was handed."""
    got: dict[str, object] = {}
    app = typer.Typer()

    @app.command()
    def verb(
        word: str,
        share: float = 1.0,
        count: int = 3,
        near: int = typer.Option(5, min=1, max=9),
        tags: list[str] = typer.Option([], "--tag"),  # noqa: B008 - typer's way of saying it
        loud: bool = typer.Option(False, "--loud"),
    ) -> None:
        got.update(word=word, share=share, count=count, near=near, tags=tags, loud=loud)

    command = take_plain_words(get_command(app))

    def hear(*words: str) -> dict[str, object]:
        command(args=list(words), standalone_mode=False)
        return got

    return hear


def test_what_nobody_gave_is_its_default(heard):
    assert heard("w") == {"word": "w", "share": 1.0, "count": 3, "near": 5, "tags": [], "loud": False}


def test_words_come_as_typed_and_numbers_as_numbers(heard):
    found = heard(" 1e3 ", "--share", "0.25", "--count", "7", "--tag", "a", "--tag", "", "--loud")
    assert found == {"word": " 1e3 ", "share": 0.25, "count": 7, "near": 5, "tags": ["a", ""], "loud": True}
    assert type(found["share"]) is float and type(found["count"]) is int


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--share", "much"), "valid number"),
        (("--count", "1.5"), "valid integer"),
        (("--near", "12"), "less than or equal to 9"),
    ],
)
def test_what_is_no_number_or_out_of_bounds_is_refused(heard, words, said):
    with pytest.raises(Exception, match=said):
        heard("w", *words)


def test_a_second_quick_look_loads_no_library_it_does_not_use(lived_in):
    words = [
        "--workspace",
        str(lived_in.workspace),
        "backtest",
        "sma_cross",
        "--data",
        "walk",
        "--hypothesis",
        "fresh",
    ]
    code = (
        "import sys; from tradewright.cli.main import execute; "
        f"assert execute({words!r}) == 0; print(*sys.modules, file=sys.stderr)"
    )
    for _ in range(2):
        done = subprocess.run(
            [TRADEWRIGHT[0], "-c", code],
            env=lived_in.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
    loaded = set(done.stderr.split())
    assert "numba" in loaded
    assert sorted(loaded & SPARED) == []


def test_help_without_markdown_leaves_markdown_to_whoever_wants_it():
    code = (
        "from tradewright.cli.main import execute; execute(['runs', '--help']); "
        "from rich.markdown import Markdown; Markdown('# A title')"
    )
    done = subprocess.run([TRADEWRIGHT[0], "-c", code], capture_output=True, text=True, check=True)
    assert "What was run" in done.stdout
