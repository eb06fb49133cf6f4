"""What is read about labels, one file per subject; import from here."""

from app.labels.queries.lists import (
    LabelListRow,
    LabelScope,
    items_of_lists,
    label_lists,
    last_line,
    ready_lists,
)

__all__ = ["LabelListRow", "LabelScope", "items_of_lists", "label_lists", "last_line", "ready_lists"]
