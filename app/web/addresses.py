"""Numbers in addresses: those of rows."""

from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter

MAX_ID = 2**31 - 1


class RowId(IntegerConverter):
    """`<int:…>` up to what a key can be: a longer number names nothing (404), and no database reads it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": MAX_ID, **options})


def init_addresses(app: Flask) -> None:
    """Before the first route."""
    app.url_map.converters["int"] = RowId
