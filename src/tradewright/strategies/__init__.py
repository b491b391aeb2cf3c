"""Trading ideas, one a file: each says what to hold from what is known, and nothing about how it is traded."""
