"""Static lint: finds in the text of a program where a row may know what comes after it."""
