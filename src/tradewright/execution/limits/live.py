"""The first three stages with real money: few names, small positions, a loss budget of their own.

Names and shares are the ladder's definition; the loss budgets are assumptions, the first below the
conservative profile's. How much money a stage has is the ladder's to say: check 16 holds orders to it.
"""

from dataclasses import replace

from tradewright.execution.limits.conservative import CONSERVATIVE

LIVE_1 = replace(
    CONSERVATIVE,
    name="live-1",
    max_symbols=1.0,
    max_position_share=0.10,
    max_order_share=0.10,
    max_day_loss=0.01,
    max_rolling_loss=0.02,
    max_session_drawdown=0.015,
    max_drawdown=0.05,
)
LIVE_2 = replace(
    LIVE_1,
    name="live-2",
    max_symbols=3.0,
    max_position_share=0.15,
    max_order_share=0.15,
    max_day_loss=0.015,
    max_rolling_loss=0.03,
    max_session_drawdown=0.02,
    max_drawdown=0.07,
)
LIVE_3 = replace(
    LIVE_2,
    name="live-3",
    max_symbols=7.0,
    max_position_share=0.20,
    max_order_share=0.20,
    max_day_loss=0.02,
    max_rolling_loss=0.04,
    max_session_drawdown=0.025,
    max_drawdown=0.10,
)
