"""A table as a file to download, CSV or Excel."""

import io
from collections.abc import Iterable, Sequence

from flask import Response, stream_with_context

from app.documents.tables import Cell, stream_csv

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def send_table(
    suffix: str,
    name: str,
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    widths: Sequence[int] | None = None,
) -> Response:
    """The rows as `<name>.csv`, written as they come, or as `<name>.xlsx` with one sheet called `title`.

    `suffix` is `csv` or `xlsx`, `name` is ASCII, `widths` are those of the sheet's columns in characters.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
    if suffix == "csv":
        body = stream_with_context(stream_csv(header, rows))
        return Response(body, mimetype="text/csv", headers=headers)
    # Here, for who writes no workbook does without the memory of the library.
    from app.documents.xlsx import write_xlsx

    out = io.BytesIO()
    write_xlsx(title, header, rows, out, widths)
    return Response(out.getvalue(), mimetype=XLSX, headers=headers)
