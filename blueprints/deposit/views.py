"""Views of deposit."""
