"""Entry point of `./bourse COMMAND`: commands are imported only when asked for, so that it starts fast."""

import sys
from importlib import import_module

import click

from app.core.errors import DomainError
from config.settings import SettingsError

# command → module:attribute and its one-line help.
COMMANDS = {
    "demo": ("app.cli.serve:demo_command", "Une bourse de démonstration, prête à l’emploi."),
    "run": ("app.cli.serve:run_command", "L’application sur la base configurée."),
    "worker": ("app.cli.serve:worker_command", "Un processus de travaux (PDF, courriels, imports)."),
    "scheduler": ("app.cli.serve:scheduler_command", "Les travaux planifiés."),
    "watchdog": ("app.cli.watchdog:watchdog_group", "Surveiller l’application depuis un autre ordinateur."),
    "db": ("app.cli.database:db_group", "La base : mise à jour, état."),
    "user": ("app.cli.users:user_group", "Les comptes : créer, changer de rôle, mot de passe."),
    "audit": ("app.cli.audit:audit_group", "Le journal d’audit : vérifier."),
    "archive": ("app.cli.archive:archive_group", "Les archives chiffrées : liste, lecture."),
    "simulate": ("app.cli.simulate:simulate_command", "Jouer une édition entière, aussi dans la tempête."),
    "bench": ("app.cli.bench:bench_command", "Mesurer la vitesse."),
    "monitoring": ("app.cli.monitoring:monitoring_group", "Prometheus et Grafana : refaire leurs fichiers."),
    "screenshots": ("app.cli.screenshots:screenshots_command", "Refaire les images du guide."),
    "artwork": ("app.cli.artwork:artwork_command", "Redessiner les icônes et le code d’essai."),
    "test": ("app.cli.testing:test_command", "Les vérifications et les tests."),
}


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commandes"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def bourse() -> None:
    """Gestionnaire de Bourse ALPE."""


def main() -> None:
    """Run a command; refusals end in one line and exit code 1."""
    try:
        bourse.main(prog_name="./bourse", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        sys.exit(1)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except (DomainError, SettingsError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
