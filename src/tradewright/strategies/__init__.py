"""Trading ideas, one a file: each says what to hold from what is known, never how it is traded."""
