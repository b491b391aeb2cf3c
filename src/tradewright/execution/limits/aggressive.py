"""The widest limits that still stop a machine before it has lost the account.

The drawdown from the session's peak, the cool-down and the daily loss are the profile's definition; the
rest are assumptions, the widest that a broker's Reg T account would still let through.
"""

from tradewright.execution.limits.contract import Limits

AGGRESSIVE = Limits(
    name="aggressive",
    max_symbols=500.0,
    max_price_age_s=15.0,
    collar_bps=500.0,
    collar_sigma=5.0,
    max_order_shares=250_000.0,
    max_order_share=0.50,
    max_volume_share=0.10,
    max_position_share=0.50,
    max_gross=2.0,
    max_net=1.5,
    max_sector_share=0.60,
    max_leverage=2.0,
    max_working_share=1.0,
    max_working_orders=500,
    buying_power_haircut=0.02,
    max_orders_1s=20,
    max_orders_30s=300,
    max_orders_day=20_000,
    max_cancels_1s=20,
    max_cancels_30s=300,
    max_cancels_day=20_000,
    max_order_to_trade=100.0,
    max_duplicates=0,
    max_repeats=10,
    max_day_loss=0.04,
    max_rolling_loss=0.10,
    max_session_drawdown=0.07,
    max_drawdown=0.20,
    cooldown_min=120.0,
    max_model_age_s=90 * 86_400.0,
    max_features_age_s=300.0,
    max_clock_skew_ms=250.0,
    max_heartbeat_age_s=15.0,
)
