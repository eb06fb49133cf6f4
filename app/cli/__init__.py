"""The `./bourse` commands."""
