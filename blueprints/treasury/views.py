"""Views of treasury."""
