"""The checks behind the quality report: each looks for one thing and says where it found it."""
