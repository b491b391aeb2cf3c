"""The pessimistic answer: wide spreads, thin bars, dear money.

What trading costs when everybody wants the same door; the lower edge of the band a run reports.

Half-spread: 5 bp x 1.6 = 8 bp, four times `realistic`: an assumption for crises and for thinly traded
stocks.
Commission: as in `realistic`. Participation: 7.5 % of the bar.
Cash earns nothing and margin costs 9 %. Borrow: 5 %, just above the mean fee of 4.3 % that D'Avolio
(2002) finds for the stocks that are hard to borrow.
"""

from tradewright.values.profile import ExecutionProfile

STRESSED = ExecutionProfile(
    name="stressed",
    half_spread_bps=5.0,
    slippage_multiple=1.6,
    commission_bps=0.0,
    commission_per_share_usd=0.005,
    commission_minimum_usd=1.0,
    participation=0.10,
    partial_fill_multiple=0.75,
    cash_rate=0.0,
    margin_rate=0.09,
    borrow_rate=0.05,
)
