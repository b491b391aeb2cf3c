"""The default of everything that meets real money: small orders, little in flight, out early.

The drawdown from the session's peak, the cool-down and the daily loss are the profile's definition; the
rest are assumptions for one account in liquid US equities: no name holds more than a tenth of it.
"""

from tradewright.execution.limits.contract import Limits

CONSERVATIVE = Limits(
    name="conservative",
    max_symbols=50.0,
    max_price_age_s=5.0,
    collar_bps=200.0,
    collar_sigma=3.0,
    max_order_shares=50_000.0,
    max_order_share=0.10,
    max_volume_share=0.01,
    max_position_share=0.10,
    max_gross=1.0,
    max_net=1.0,
    max_sector_share=0.30,
    max_leverage=1.0,
    max_working_share=0.25,
    max_working_orders=50,
    buying_power_haircut=0.10,
    max_orders_1s=5,
    max_orders_30s=50,
    max_orders_day=2_000,
    max_cancels_1s=5,
    max_cancels_30s=50,
    max_cancels_day=2_000,
    max_order_to_trade=20.0,
    max_duplicates=0,
    max_repeats=3,
    max_day_loss=0.025,
    max_rolling_loss=0.05,
    max_session_drawdown=0.03,
    max_drawdown=0.10,
    cooldown_min=60.0,
    max_model_age_s=30 * 86_400.0,
    max_features_age_s=60.0,
    max_clock_skew_ms=50.0,
    max_heartbeat_age_s=5.0,
)
