"""Changing editions: one file per subject."""
