"""The Flask application of this project."""

from itertools import chain
from time import monotonic

from flask import Flask, g, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError

from app.core.db import ATTEMPTS, db, is_lock_clash, pause_after_clash

# Seconds after which who waits for a lock is told so rather than made to wait again.
PATIENCE = 15.0


class Application(Flask):
    """Flask, but for one thing: two people may change the same rows, and the database then gives one of their
    transactions up. Nothing of it was written, so its view is run again, whole, and nobody notices."""

    def dispatch_request(self) -> ResponseReturnValue:
        began = monotonic()
        for attempt in range(1, ATTEMPTS):
            try:
                return super().dispatch_request()
            except OperationalError as error:
                db.session.rollback()
                if not is_lock_clash(error) or monotonic() - began > PATIENCE:
                    raise
            pause_after_clash(attempt)
            self._make_request_anew()
        return super().dispatch_request()

    def _make_request_anew(self) -> None:
        """Take back what the view changed of it: its cookie, who is signed in, how far files were read."""
        cookie = self.session_interface.open_session(self, request)
        session.clear()
        session.update(cookie or {})
        g.pop("_login_user", None)
        for sent in chain.from_iterable(request.files.listvalues()):
            sent.seek(0)
