"""A picture of a learned surface and of its error against the oracle: one page that needs no network."""

import html
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tradewright.models.option_pricing.contract import Terms
from tradewright.models.option_pricing.domain import Domain
from tradewright.values.panel import Floats

if TYPE_CHECKING:
    from tradewright.models.option_pricing.learned import LearnedPricer

# What is drawn: strikes from half to twice the forward, times from a week to the domain's end.
ACROSS, ALONG, WEEK = 81, 30, 1.0 / 52.0
TYPED = {
    "chart-price": "Call price, share of the discounted forward",
    "chart-error": "Error against the oracle",
}


@dataclass(frozen=True, eq=False)
class Surface:
    """Calls over strike and time, learned and by the oracle.

    Shape: `strikes` (over the forward) A, `years` B, the rest B x A. Units: of the discounted forward.
    """

    strikes: Floats
    years: Floats
    learned: Floats
    oracle: Floats
    by: str

    @property
    def error(self) -> Floats:
        """Learned less oracle."""
        return self.learned - self.oracle


def surface_of(pricer: "LearnedPricer", level: float) -> Surface:
    """The calls of one level of volatility, and the oracle's.

    The oracle is the closed form on a flat surface, finite differences on a smile.
    Raises: InvalidOption for a level outside the pricer's domain.
    """
    k = np.linspace(-np.log(2.0), np.log(2.0), ACROSS)
    years = np.linspace(WEEK, pricer.domain.most_years, ALONG)
    learned = pricer.price(Terms("call", 1.0, np.exp(k)[None, :], years[:, None]), level)
    oracle = np.stack([oracle_calls(pricer.domain, level, float(one), k) for one in years])
    by = "the closed form" if pricer.domain.smile.is_flat else "finite differences"
    return Surface(np.exp(k), years, learned, oracle, by)


def oracle_calls(domain: Domain, level: float, years: float, k: Floats) -> Floats:
    """Calls in units of the discounted forward by what is known to be right."""
    if domain.smile.is_flat:
        from tradewright.models.option_pricing.black_scholes import price

        return price(Terms("call", 1.0, np.exp(k), years), level)
    from tradewright.models.option_pricing.finite_difference import smile_prices

    return smile_prices(domain.smile, level, years, k)


def page(surface: Surface, title: str) -> str:
    """The page: two charts and a sentence."""
    from plotly.offline import get_plotlyjs

    worst = float(np.max(np.abs(surface.error)))
    words = f"Largest error {worst:.2e} of the discounted forward, against {surface.by}."
    drawings = {
        "chart-price": _heat(surface, surface.learned, "Viridis", {}),
        "chart-error": _heat(surface, surface.error, "RdBu", {"zmid": 0.0}),
    }
    charts = "".join(
        f"<section><h2>{html.escape(TYPED[name])}</h2><div id='{name}' class='chart'></div></section>"
        for name in drawings
    )
    told = json.dumps(drawings).replace("</", "<\\/")
    return (
        "<!doctype html><html lang='en'><meta charset='utf-8'>"
        f"<title>{html.escape(title)}</title><style>{STYLE}</style>"
        f"<h1>{html.escape(title)}</h1><p>{html.escape(words)}</p><main>{charts}</main>"
        f"<script>{get_plotlyjs()}</script><script>const drawings = {told};"
        "for (const [name, one] of Object.entries(drawings))"
        " Plotly.newPlot(name, one.data, one.layout, {displaylogo: false, responsive: true});</script></html>"
    )


STYLE = (
    "body{font:15px system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem;color:#14233f}"
    "main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(28rem,100%),1fr));gap:1.5rem}"
    ".chart{height:26rem}h1{font-size:1.4rem}h2{font-size:1rem;margin:0}"
)


def _heat(surface: Surface, values: Floats, scale: str, more: dict[str, Any]) -> dict[str, Any]:
    """One heat map over strike and time."""
    trace = {
        "type": "heatmap",
        "x": [round(float(x), 6) for x in surface.strikes],
        "y": [round(float(y), 6) for y in surface.years],
        "z": [[float(f"{z:.6g}") for z in row] for row in values],
        "colorscale": scale,
        "colorbar": {"exponentformat": "e"},
        **more,
    }
    layout = {
        "xaxis": {
            "title": {"text": "strike / forward"},
            "type": "log",
            "tickvals": [0.5, 0.7, 1.0, 1.4, 2.0],
        },
        "yaxis": {"title": {"text": "years to expiry"}},
        "margin": {"l": 55, "r": 10, "t": 10, "b": 45},
    }
    return {"data": [trace], "layout": layout}
