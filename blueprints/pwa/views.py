"""Views of pwa."""
