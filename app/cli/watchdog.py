"""`./bourse watchdog`: watches the application from another computer. Knows neither database nor Flask."""

import os
import signal
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import yaml

from app.core.clock import utcnow
from app.monitoring.channels import ChannelSettings, NotDelivered, channel_settings, deliver
from app.monitoring.escalation import Channel
from app.monitoring.on_call_copy import BadOnCallList, OnCall, read_on_call
from app.monitoring.probing import NoAnswer, Server
from app.monitoring.watch_files import AlreadyWatching, WatchFiles
from app.monitoring.watchdog import Pace, Watchdog
from config.gateways import BadGateway
from config.logging import set_up_logging
from config.settings import ROOT

ALERTS = ROOT / "config" / "alerts.yaml"
TRIAL = (
    "ESSAI : surveillance de la bourse",
    "ESSAI : vous recevez bien les alertes de la bourse. Rien à faire.",
)


class WebAddress(click.ParamType[str]):
    name = "adresse"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self.fail("Écrivez l’adresse de l’application, comme https://bourse.example.org.", param, ctx)
        return str(value)


def default_directory() -> Path:
    return Path(os.environ.get("DATA_DIR") or ROOT / "var") / "watchdog"


directory_option = click.option(
    "--state",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_directory,
    help="Dossier où elle garde ce qu’elle sait.",
)
contacts_option = click.option(
    "--contacts",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Liste d’astreinte en YAML, au lieu de celle du serveur.",
)


@click.group(invoke_without_command=True)
@click.option("--url", type=WebAddress(), envvar="PUBLIC_URL", help="Adresse de l’application (PUBLIC_URL).")
@directory_option
@contacts_option
@click.option(
    "--interval",
    type=click.FloatRange(0.2, 30),
    default=30,
    show_default=True,
    help="Secondes entre deux essais.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=10,
    show_default=True,
    help="Secondes laissées à une réponse.",
)
@click.option(
    "--after",
    type=click.FloatRange(0.2),
    default=120,
    show_default=True,
    help="Secondes sans réponse avant l’alerte.",
)
@click.pass_context
def watchdog_group(
    ctx: click.Context,
    url: str | None,
    directory: Path,
    contacts: Path | None,
    interval: float,
    timeout: float,
    after: float,
) -> None:
    """Surveiller l'application depuis un autre ordinateur et prévenir l'astreinte quand elle se tait."""
    if ctx.invoked_subcommand:
        return
    if not url:
        raise click.UsageError("Donnez l’adresse de l’application : --url https://bourse.example.org.")
    set_up_logging(debug=False, security_file=directory / "security.log")
    channels, given = _channels(), _given(contacts)
    token = os.environ.get("WATCHDOG_TOKEN", "")
    if not (token or given):
        raise click.ClickException(
            "Personne à prévenir : donnez WATCHDOG_TOKEN (le même que sur le serveur) ou --contacts."
        )
    files = WatchFiles(directory)
    pace = Pace(timedelta(seconds=interval), timedelta(seconds=after))
    try:
        with files.alone():
            server = Server(url, token, timeout)
            dog = Watchdog(server, files, channels, _alerts(), pace, given, exchanges=bool(token))
            click.echo(f"Surveillance de {url} toutes les {interval:g} s. Ctrl-C pour arrêter.", err=True)
            dog.run(_told_to_stop())
    except AlreadyWatching as error:
        raise click.ClickException(f"Une surveillance tourne déjà dans {directory}.") from error


@watchdog_group.command("ack")
@directory_option
def ack_command(directory: Path) -> None:
    """Prendre en charge l'alerte en cours : les rappels s'arrêtent."""
    files = WatchFiles(directory)
    outage = files.load().outage
    if outage is None:
        raise click.ClickException("Aucune alerte en cours.")
    files.acknowledge(outage)
    click.echo("Alerte prise en charge : plus personne d’autre n’est appelé, la fin sera annoncée.")


@watchdog_group.command("try")
@click.option("--url", type=WebAddress(), envvar="PUBLIC_URL", help="Adresse de l’application (PUBLIC_URL).")
@directory_option
@contacts_option
def try_command(url: str | None, directory: Path, contacts: Path | None) -> None:
    """Envoyer un message d'essai à toute l'astreinte, par tous les moyens réglés."""
    channels = _channels()
    on_call = _given(contacts) or _from_server(url) or WatchFiles(directory).load_on_call()
    if not on_call.contacts:
        raise click.ClickException("La liste d’astreinte est vide.")
    failed = 0
    for contact in on_call.contacts:
        for channel, address in (
            (Channel.EMAIL, contact.email),
            (Channel.SMS, contact.phone),
            (Channel.CALL, contact.phone),
        ):
            if address and channels.has(channel):
                failed += not _try(contact.name, channel, address, channels)
    if failed:
        raise click.ClickException(f"{failed} message(s) d’essai ne sont pas partis.")


def _try(name: str, channel: Channel, address: str, channels: ChannelSettings) -> bool:
    try:
        deliver(channel, address, *TRIAL, channels)
    except NotDelivered as error:
        click.echo(f"{name}, {channel} : {error.reason}", err=True)
        return False
    click.echo(f"{name}, {channel} : envoyé à {utcnow():%H:%M:%S} UTC")
    return True


def _channels() -> ChannelSettings:
    sender = {"MAIL_FROM": "Surveillance de la bourse <surveillance@example.org>"}
    try:
        channels = channel_settings({**sender, **os.environ}, os.environ)
    except BadGateway as error:
        raise click.ClickException(f"Passerelle : {error}") from error
    if not any(map(channels.has, Channel)):
        raise click.ClickException(
            "Aucun moyen de prévenir : donnez SMTP_URL et MAIL_FROM, SMS_GATEWAY ou CALL_GATEWAY."
        )
    return channels


def _given(path: Path | None) -> OnCall | None:
    if path is None:
        return None
    try:
        on_call = read_on_call(yaml.safe_load(path.read_text()))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise click.ClickException(f"{path} ne se lit pas comme du YAML.") from error
    except BadOnCallList as error:
        raise click.ClickException(f"{path} : {error}") from error
    if not on_call.contacts:
        raise click.ClickException(f"{path} ne contient aucun contact.")
    return on_call


def _from_server(url: str | None) -> OnCall | None:
    token = os.environ.get("WATCHDOG_TOKEN", "")
    if not (url and token):
        return None
    try:
        return read_on_call(Server(url, token, 10).on_call())
    except (NoAnswer, BadOnCallList) as error:
        click.echo(f"Liste du serveur : {error}. La copie d’ici sert.", err=True)
        return None


def _alerts() -> Any:
    return yaml.safe_load(ALERTS.read_text())


def _told_to_stop() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
