"""What changes in the deposits area, one file per subject."""
