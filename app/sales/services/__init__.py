"""What changes in the sales area, one file per subject."""
