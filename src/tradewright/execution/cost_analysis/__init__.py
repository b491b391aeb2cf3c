"""Cost analysis: what trading cost against what was decided, predicted and possible."""
