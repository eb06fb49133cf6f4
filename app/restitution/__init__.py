"""Giving back what was not sold."""
