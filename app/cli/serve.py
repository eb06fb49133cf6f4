"""`./bourse demo`, `run`, `worker`, `scheduler`: the processes of a bourse."""

import os
import shutil
import socket
import sys
import tempfile
import threading
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.cli.environment import (
    application,
    default_data_dir,
    embedded_queue_command,
    prepare_environment,
    wait_for_queue,
    wait_until_healthy,
)
from app.cli.processes import Supervisor
from app.core.db import db
from config.settings import ROOT


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port d’écoute.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
@click.option("--scratch", is_flag=True, help="Dans un dossier neuf, effacé à la fin.")
@click.option("--small", is_flag=True, help="Une petite édition (30 déposants).")
def demo_command(port: int, host: str, scratch: bool, small: bool) -> None:
    """Une bourse de démonstration, vente en cours, avec un compte par rôle."""
    data_dir = Path(tempfile.mkdtemp(prefix="bourse-")) if scratch else default_data_dir() / "demo"
    os.environ["DEMO"] = "1"
    _set_public_url(host, port)
    try:
        prepare_environment(data_dir)
        app = application()
        from app.cli.demo import load_demo

        with app.app_context():
            accounts = load_demo(small=small)
        lines = [f"  {account.role_label:<15} {account.email:<32} {account.password}" for account in accounts]
        serve(app, host, port, ["", "Comptes de démonstration :", *lines])
    finally:
        if scratch:
            shutil.rmtree(data_dir, ignore_errors=True)


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port d’écoute.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Adresse d’écoute.")
def run_command(port: int, host: str) -> None:
    """L'application sur la base configurée ; demande un administrateur au premier démarrage."""
    _set_public_url(host, port)
    app = application()
    with app.app_context():
        _ensure_administrator()
    serve(app, host, port, [])


@click.command()
def worker_command() -> None:
    """Un processus de travaux, jusqu'à Ctrl-C."""
    from jobs.worker import load_for_jobs, run_worker

    app = application(log_name="")
    load_for_jobs()
    run_worker(app)


@click.command()
def scheduler_command() -> None:
    """Les travaux planifiés et la surveillance, jusqu'à Ctrl-C ; un seul agit quand il y en a plusieurs."""
    from jobs.schedule import run_scheduler, stop_on_signal
    from jobs.watch import keep_watch

    app, stop = application(log_name=""), stop_on_signal()
    watching = threading.Thread(target=keep_watch, args=(app, stop), name="watch")
    watching.start()
    try:
        run_scheduler(app, stop)
    finally:
        stop.set()
        watching.join()


def serve(app: Flask, host: str, port: int, welcome: list[str]) -> None:
    """Start queue, web, worker and scheduler; print the address; keep them until Ctrl-C."""
    _refuse_taken_port(host, port)
    base_url = _local_url(host, port)
    os.environ["BIND"] = f"{host}:{port}"
    with app.app_context():
        db.engine.dispose()
    supervisor = Supervisor(Path(app.config["DATA_DIR"]) / "log", os.environ)
    try:
        if queue := embedded_queue_command(app):
            supervisor.start("queue", *queue)
            wait_for_queue(app)
        supervisor.start(
            "web", sys.executable, "-m", "gunicorn", "-c", str(ROOT / "config/gunicorn.py"), "wsgi:app"
        )
        # The others after it: the person waits for the page, and small machines have two cores.
        if not wait_until_healthy(base_url) and not supervisor.stopping:
            raise click.ClickException(f"Le serveur ne répond pas. Lisez {supervisor.output_of('web')}.")
        supervisor.start("worker", sys.executable, "-m", "app.cli", "worker")
        supervisor.start("scheduler", sys.executable, "-m", "app.cli", "scheduler")
        click.echo(
            "\n".join(["", f"La bourse est ouverte : {base_url}", *welcome, "", "Ctrl-C pour arrêter."])
        )
        supervisor.watch()
    finally:
        supervisor.stop()
    click.echo("Arrêté.")


def _local_url(host: str, port: int) -> str:
    shown = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
    return f"http://{shown}:{port}"


def _set_public_url(host: str, port: int) -> None:
    """Without PUBLIC_URL, the public address is where this command listens."""
    os.environ["PUBLIC_URL"] = os.environ.get("PUBLIC_URL") or _local_url(host, port)


def _refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Le port {port} est déjà pris : arrêtez l’autre programme, ou choisissez --port."
            ) from error


def _ensure_administrator() -> None:
    count = db.session.scalar(select(func.count()).select_from(User).where(User.role == Role.ADMIN))
    db.session.rollback()
    if count:
        return
    if not sys.stdin.isatty():
        raise click.ClickException(
            "Il n’y a pas encore d’administrateur : créez-le avec ./bourse user create --role admin."
        )
    from app.cli.users import create_user_interactively

    click.echo("Premier démarrage : créons le compte administrateur.")
    create_user_interactively(Role.ADMIN)
