"""The gateway's checks: small pure functions that let an order pass or refuse it in words."""
