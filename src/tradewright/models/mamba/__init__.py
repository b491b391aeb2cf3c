"""A selective state-space model that forecasts: the network, its scans, its loss and its training."""
