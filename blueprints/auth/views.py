"""Views of auth."""
