"""The command line: one verb a file, one readable line for whatever goes wrong."""
