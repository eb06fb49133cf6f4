"""gunicorn: one process of eight threads on SQLite, more processes on a database server."""

import os

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
threads = 8
workers = int(
    os.environ.get("WEB_PROCESSES", "2" if os.environ.get("DATABASE_URL", "").startswith("mysql") else "1")
)
timeout = 60
graceful_timeout = 10
keepalive = 15
preload_app = False
accesslog = None
control_socket_disable = True
