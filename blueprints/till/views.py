"""Views of till."""
