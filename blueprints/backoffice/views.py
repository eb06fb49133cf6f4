"""Views of backoffice."""
