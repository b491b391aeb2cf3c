"""The default: what a small fund pays for US stocks and ETFs.

Fills and costs that a run has to earn before anybody believes it.

Spread and impact: Kyle and Obizhaeva (2016), Market microstructure invariance: empirical hypotheses,
Econometrica 84(4), square-root model: 2.08 bp for half the spread of their benchmark stock, scaled by
volatility and dollar volume, and 12.08 bp for an order of 1 % of its daily volume at 2 % volatility, which
is a coefficient of 0.604. Never under half a tick. Where volume or volatility is not known, half the spread
is 2 bp, one cent on a 50 $ share, and there is no impact: a run on closes alone is told too well.
Commission: 0.005 $ a share, 1 $ minimum an order, the fixed US plan of Interactive Brokers; here the
minimum is charged on every bar on which an order fills. Their cap of 1 % of the trade is left out: it
would lower costs. Fees on sales: us_fees.py.
Participation: 10 % of the bar's volume; the rest works on. Latency: 15 to 120 ms, from a desk to the
exchange and back through a broker's interface. No order is rejected.
Changing money: 10 bp of what is changed, an assumption between a broker that passes the market's own spread
on (under 1 bp) and one that adds to the rate (25 to 150 bp); set conversion_bps to what yours takes.
Cash: 1 % a year on free cash, below the average three-month bill of 1990-2022 (about 2.5 %). Margin: 6 %,
inside the range that brokers publish. Borrow: 1 %; D'Avolio (2002), The market for borrowing stock,
Journal of Financial Economics 66, finds nine stocks in ten cheaper than that. Rates are constants, not
history, and the same for every stock.
"""

from tradewright.execution.profiles.us_fees import US_FEES
from tradewright.execution.profiles.us_settlement import US_SETTLEMENT
from tradewright.values.profile import ExecutionProfile

REALISTIC = ExecutionProfile(
    name="realistic",
    half_spread_bps=2.0,
    slippage_multiple=1.0,
    commission_bps=0.0,
    commission_per_share_usd=0.005,
    commission_minimum_usd=1.0,
    participation=0.10,
    partial_fill_multiple=1.0,
    cash_rate=0.01,
    margin_rate=0.06,
    borrow_rate=0.01,
    spread_scale_bps=2.08,
    impact_coefficient=0.6,
    latency_low_ms=15.0,
    latency_high_ms=120.0,
    reject_share=0.0,
    fee_schedule=US_FEES,
    settlement_schedule=US_SETTLEMENT,
    conversion_bps=10.0,
)
