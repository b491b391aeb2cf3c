"""Verbs about forecasting models: train one, look at what is kept, compare, promote, go back, watch."""
