"""Private servers for commands and tests: each in a directory of its own, ended with whoever started it."""
