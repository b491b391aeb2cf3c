"""The default: what a small fund pays for large and middle-sized US stocks and ETFs.

Fills and costs that a run has to earn before anybody believes it.

Half-spread: 2 bp, that is one cent on a 50 $ share: a quote two ticks wide under the one-cent tick
(Regulation NMS, rule 612). Smaller stocks, and all stocks before decimal prices (2001), cost several
times that: use `stressed`, or a profile of your own.
Commission: 0.005 $ a share, 1 $ minimum an order, the fixed US plan of Interactive Brokers; here the
minimum is charged on every bar on which an order fills. Their cap of 1 % of the trade is left out: it
would lower costs.
Participation: 10 % of the bar's volume. Almgren, Thum, Hauptmann and Li (2005) find impact of some tens
of basis points at that rate; impact is not part of a profile yet, so the cap stands in for it.
Cash: 1 % a year on free cash, below the average three-month bill of 1990-2022 (about 2.5 %). Margin: 6 %,
inside the range that brokers publish. Borrow: 1 %; D'Avolio (2002), The market for borrowing stock,
Journal of Financial Economics 66, finds nine stocks in ten cheaper than that. Rates are constants, not
history.
"""

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
)
