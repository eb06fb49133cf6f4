"""`./bourse user`: accounts from the command line."""

import sys

import click

from app.accounts import services
from app.accounts.models import ROLE_LABELS, Role, User
from app.accounts.queries import find_user, search_users
from app.accounts.rules import ADVICE
from app.cli.environment import application
from app.core.db import db, read_only
from app.core.errors import DomainError, NotFound

ROLES = click.Choice([role.value for role in Role])
stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Lire le mot de passe sur l’entrée standard, sans le demander."
)


@click.group()
def user_group() -> None:
    """Les comptes : créer, changer de rôle, mot de passe."""


@user_group.command("create")
@click.option("--email", prompt="Adresse e-mail")
@click.option("--role", type=ROLES, prompt="Rôle", help="Ce que la personne peut faire.")
@click.option("--first-name", prompt="Prénom")
@click.option("--last-name", prompt="Nom")
@stdin_option
def create_command(email: str, role: str, first_name: str, last_name: str, password_stdin: bool) -> None:
    """Ouvrir un compte avec son mot de passe."""
    with application().app_context():
        password = _password(password_stdin)
        user = services.create_user(email, Role(role), first_name, last_name, password=password)
        db.session.commit()
        click.echo(f"Compte créé : {user.email}, {user.role_label.lower()}.")


@user_group.command("list")
@click.option("--role", type=ROLES, default=None, help="Seulement ce rôle.")
@click.option("--search", default="", help="Une partie du nom ou de l’adresse.")
def list_command(role: str | None, search: str) -> None:
    """Les comptes, par nom."""
    with application().app_context():
        read_only.set(True)
        page, pages = 1, 1
        while page <= pages:
            found = search_users(search, Role(role) if role else None, page=page)
            for user in found.users:
                state = "" if user.active else "  (désactivé)"
                click.echo(f"{user.email:<40} {user.role_label:<15} {user.full_name}{state}")
            page, pages = page + 1, found.pages


@user_group.command("role")
@click.argument("email")
@click.argument("role", type=ROLES)
def role_command(email: str, role: str) -> None:
    """Donner un autre rôle ; la personne est déconnectée partout."""
    with application().app_context():
        user = _user(email)
        services.change_role(user, Role(role))
        db.session.commit()
        click.echo(f"{user.email} : {user.role_label.lower()}.")


@user_group.command("password")
@click.argument("email")
@stdin_option
def password_command(email: str, password_stdin: bool) -> None:
    """Donner un nouveau mot de passe ; débloque le compte et le déconnecte partout."""
    with application().app_context():
        password = _password(password_stdin)  # asked before anything is locked
        user = _user(email)
        services.set_password(user, password)
        db.session.commit()
        click.echo(f"Mot de passe changé : {user.email}.")


@user_group.command("disable")
@click.argument("email")
def disable_command(email: str) -> None:
    """Fermer un compte sans rien perdre de ce qu'il a fait."""
    with application().app_context():
        user = _user(email)
        services.disable_user(user)
        db.session.commit()
        click.echo(f"Compte désactivé : {user.email}.")


def create_user_interactively(role: Role) -> User:
    """Ask for a person at the terminal until the account can be made; commits. Needs an app context."""
    while True:
        email = click.prompt("Adresse e-mail")
        first_name, last_name = click.prompt("Prénom"), click.prompt("Nom")
        password = _password(from_stdin=False)
        try:
            user = services.create_user(email, role, first_name, last_name, password=password)
        except DomainError as refusal:
            db.session.rollback()
            click.echo(refusal.message, err=True)
            continue
        db.session.commit()
        click.echo(f"Compte créé : {user.email}, {ROLE_LABELS[role].lower()}.")
        return user


def _user(email: str) -> User:
    user = find_user(email)
    if user is None:
        raise NotFound(f"Aucun compte n’a l’adresse {email} : cherchez-le avec ./bourse user list.")
    return user


def _password(from_stdin: bool) -> str:
    """A password that never stands in the command line, where other people of the machine could read it."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    click.echo(ADVICE)
    answer: str = click.prompt("Mot de passe", hide_input=True, confirmation_prompt="Encore une fois")
    return answer
