"""Facts with two times: bars, corporate actions and listings, stored so that a read never sees the future."""
