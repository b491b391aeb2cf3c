"""Everything between a wish and its fill."""
