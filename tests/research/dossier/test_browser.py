"""The page in a real browser: every chart drawn, a silent console, nothing asked of the network."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tradewright.research.dossier.page import render

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--enable-logging=stderr", "--v=0", "--virtual-time-budget=10000",
)  # fmt: skip
SECONDS = 60


@pytest.fixture(scope="module")
def chromium() -> str:
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: the page is not looked at in a real browser")
    return found


@pytest.fixture(scope="module")
def opened(chromium, tmp_path_factory) -> Callable[..., tuple[str, str]]:
    """Opens a page and gives its elements after the scripts ran, and what the console said."""

    def run(page: str, *options: str) -> tuple[str, str]:
        folder = tmp_path_factory.mktemp("browser")
        file = folder / "dossier.html"
        file.write_text(page, encoding="utf-8")
        command = [
            chromium,
            *QUIET,
            f"--user-data-dir={folder / 'profile'}",
            *options,
            "--dump-dom",
            file.as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            pytest.skip(f"Chromium did not finish within {SECONDS} s on this machine")
        if done.returncode != 0 or "<html" not in done.stdout:
            pytest.skip(f"Chromium does not run on this machine: {done.stderr[-300:]}")
        return done.stdout, done.stderr

    return run


@pytest.fixture(scope="module")
def seen(opened, page) -> tuple[str, str]:
    return opened(page, "--window-size=1280,1000")


def console_lines(log: str) -> list[str]:
    return [line for line in log.splitlines() if "CONSOLE" in line]


def test_the_console_stays_silent(seen):
    assert console_lines(seen[1]) == []


def test_every_chart_is_drawn(seen):
    dom = seen[0]
    assert 'data-drawn="6"' in dom
    assert dom.count('class="chart drawn"') == 6
    # Each chart of the library is one main drawing; the static pictures carry no such class.
    assert dom.count('class="main-svg"') >= 6


def test_lines_bars_and_heat_are_really_there(seen):
    dom = seen[0]
    assert dom.count('class="js-line"') >= 6
    assert dom.count('class="trace bars"') >= 2
    assert 'class="hm"' in dom


def test_long_lists_are_paged_and_the_grid_s_table_is_folded(seen):
    dom = seen[0]
    assert "1 to 25 of 1500" in dom
    assert '<details class="twin">' in dom


def test_the_scale_can_be_chosen(seen):
    assert '<button type="button" data-scale="equity">Linear scale</button>' in seen[0]


def test_a_page_without_evidence_opens_without_complaint(opened, bare_page):
    dom, log = opened(bare_page)
    assert console_lines(log) == []
    assert 'data-drawn="0"' in dom


def test_a_hostile_study_runs_no_script_of_its_own(opened, content):
    attack = "<script>document.documentElement.dataset.owned = 'yes'</script><img src=x onerror=alert(1)>"
    identity = replace(content.identity, title=attack, hypothesis=attack)
    dom, log = opened(render(replace(content, identity=identity, trades=None, series=None)))
    assert "data-owned" not in dom
    assert console_lines(log) == []


def test_a_script_smuggled_past_the_writer_is_stopped_by_the_policy(opened, bare_page):
    smuggled = "<script>document.documentElement.dataset.owned = 'yes'</script></main>"
    dom, log = opened(bare_page.replace("</main>", smuggled, 1))
    assert "data-owned" not in dom
    assert any("Content Security Policy" in line for line in console_lines(log))


def test_a_picture_smuggled_past_the_writer_is_not_asked_for(opened, bare_page):
    beacon = '<img src="http://127.0.0.1:9/beacon.png"></main>'
    _, log = opened(bare_page.replace("</main>", beacon, 1))
    assert any("Content Security Policy" in line for line in console_lines(log))


def test_a_narrow_screen_needs_no_sideways_scrolling(opened, page):
    probe = (
        "<script>onload = () => setTimeout(() => {"
        "const inner = document.querySelector('iframe').contentDocument.documentElement;"
        "document.title = inner.scrollWidth + ' of ' + inner.clientWidth; }, 4000)"
        "</script>"
    )
    quoted = page.replace("&", "&amp;").replace('"', "&quot;")
    frame = f'<iframe style="width:380px;border:0" srcdoc="{quoted}"></iframe>'
    dom, _ = opened(f"<!DOCTYPE html><html><title>waiting</title>{frame}{probe}</html>")
    needed, given = map(int, re.search(r"<title>(\d+) of (\d+)</title>", dom).groups())
    assert 350 < given <= 380
    assert needed <= given


def test_the_page_prints_its_static_pictures(chromium, page, tmp_path: Path):
    file, paper = tmp_path / "dossier.html", tmp_path / "dossier.pdf"
    file.write_text(page, encoding="utf-8")
    command = [
        chromium,
        *QUIET,
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--print-to-pdf={paper}",
        file.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    if done.returncode != 0 or not paper.exists():
        pytest.skip(f"Chromium cannot print on this machine: {done.stderr[-300:]}")
    assert paper.read_bytes().startswith(b"%PDF")
    assert paper.stat().st_size > 50_000
