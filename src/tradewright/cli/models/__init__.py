"""Verbs about forecasting models: train one, list and show what is kept."""
