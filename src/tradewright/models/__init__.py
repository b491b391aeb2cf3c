"""What learns from data and prices what has no formula: arrays in, arrays out, no file and no clock."""
