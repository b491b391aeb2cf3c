"""A made market with every nuisance of a real one, and planted edges whose true Sharpe ratio is known."""
