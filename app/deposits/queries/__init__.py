"""What is read in the deposits area, one file per subject."""
