"""For a strategy that has shown on the conservative limits what it does.

The drawdown from the session's peak, the cool-down and the daily loss are the profile's definition; the
rest are assumptions, each about twice as wide as in `conservative`.
"""

from tradewright.execution.limits.contract import Limits

BALANCED = Limits(
    name="balanced",
    max_symbols=200.0,
    max_price_age_s=10.0,
    collar_bps=300.0,
    collar_sigma=4.0,
    max_order_shares=100_000.0,
    max_order_share=0.25,
    max_volume_share=0.05,
    max_position_share=0.25,
    max_gross=1.5,
    max_net=1.0,
    max_sector_share=0.40,
    max_leverage=1.5,
    max_working_share=0.50,
    max_working_orders=200,
    buying_power_haircut=0.05,
    max_orders_1s=10,
    max_orders_30s=100,
    max_orders_day=5_000,
    max_cancels_1s=10,
    max_cancels_30s=100,
    max_cancels_day=5_000,
    max_order_to_trade=50.0,
    max_duplicates=0,
    max_repeats=5,
    max_day_loss=0.03,
    max_rolling_loss=0.07,
    max_session_drawdown=0.05,
    max_drawdown=0.15,
    cooldown_min=90.0,
    max_model_age_s=60 * 86_400.0,
    max_features_age_s=120.0,
    max_clock_skew_ms=100.0,
    max_heartbeat_age_s=10.0,
)
