"""The WSGI application, for gunicorn: `gunicorn -c config/gunicorn.py wsgi:app`."""

import sys

from app.factory import create_app
from config.settings import SettingsError

# gunicorn stops at this exit code, instead of starting the same worker again and again.
CANNOT_LOAD = 4

try:
    app = create_app()
except SettingsError as error:
    print(error, file=sys.stderr)
    sys.exit(CANNOT_LOAD)
