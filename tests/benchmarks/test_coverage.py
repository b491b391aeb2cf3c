"""Coverage of the band is told apart for stops and for trailing stops: no mean hides the worse of them."""

import pytest
from benchmarks.coverage import Trial, told


def trials(stops: int, trails: int) -> list[Trial]:
    """Ten trades of each kind, so many of them outside their band."""
    return [
        Trial("SPY", f"2020-01-{day:02}", f"long, market, {name}", -1.0, 1.0, 5.0 if day <= missed else 0.0)
        for name, missed in (("stop", stops), ("trail", trails))
        for day in range(1, 11)
    ]


@pytest.mark.parametrize(("stops", "trails", "status"), [(0, 0, 0), (0, 1, 0), (1, 1, 1)])
def test_stops_and_trails_are_counted_apart(capsys, stops, trails, status):
    assert told(trials(stops, trails)) == status
    said = capsys.readouterr().out
    assert f"Covered with a stop: {1 - stops / 10:.1%} of 10" in said
    assert f"Covered with a trail: {1 - trails / 10:.1%} of 10" in said
    assert f"{trails} misses of trades whose exit is a trail" in said
    assert said.count("band -1.00 to 1.00") == stops + trails
