"""Where the ledger's rows are kept: a file of SQLite, or a PostgreSQL database by its URL."""
