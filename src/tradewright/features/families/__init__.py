"""The features that come with the package, a family a file. A new class here is a new member."""
