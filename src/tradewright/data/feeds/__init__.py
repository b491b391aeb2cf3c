"""Where bars come from: files of the user's, and histories that come with a package."""
