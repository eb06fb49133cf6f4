"""Paper till sheets: what a volunteer writes on while nothing works."""

from collections.abc import Sequence

from app.documents.html_pdf import render_pdf

LINES = 20


def paper_sheets_pdf(edition_name: str, tills: Sequence[str]) -> bytes:
    """A page of LINES empty lines for each of these tills (`C1`), a name as often as sheets are wanted."""
    return render_pdf("paper_sheet.html", edition_name=edition_name, tills=tills, lines=LINES)
