"""The Flask application of this project."""

from flask import Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from app.core.db import ATTEMPTS, db, is_lock_clash, pause_after_clash


class Application(Flask):
    """Flask, but for one thing: two people may change the same rows, and the database then gives one of their
    transactions up. Nothing of it was written, so its view is run again, whole, and nobody notices."""

    def dispatch_request(self) -> ResponseReturnValue:
        for attempt in range(1, ATTEMPTS):
            try:
                return super().dispatch_request()
            except OperationalError as error:
                db.session.rollback()
                if not is_lock_clash(error):
                    raise
            pause_after_clash(attempt)
            for sent in request.files.values():
                sent.seek(0)
        return super().dispatch_request()
