"""`./bourse bench`: how fast the work of a bourse goes, on the processes and databases of production."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.cli.bench.machine import busy_warning, machine_facts
from app.cli.bench.measures import Measure
from app.cli.bench.pages import PARTS
from app.cli.bench.printing import print_measure, print_title
from app.cli.bench.registry import BENCHES, find_bench
from app.cli.bench.scratch import DATABASES, Setting
from app.cli.support.processes import end_in_good_order
from app.core.clock import utcnow


@click.command()
@click.argument("names", nargs=-1, metavar="[NOM]…")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Fichier à écrire."
)
@click.option("--database", type=click.Choice(DATABASES), default=DATABASES[0], show_default=True)
@click.option("--runs", type=click.IntRange(1, 100), default=3, show_default=True, help="Fois par mesure.")
@click.option("--only", default="", metavar="LISTE", help=f"Parties de « pages » : {', '.join(PARTS)}.")
def bench_command(
    names: tuple[str, ...], json_file: Path | None, database: str, runs: int, only: str
) -> None:
    """Mesurer la vitesse : toutes les mesures, ou celles qui sont nommées."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        choices = ", ".join(BENCHES)
        click.echo(f"Mesure inconnue : {', '.join(unknown)}. Choisissez parmi : {choices}.", err=True)
        sys.exit(2)
    parts = [part.strip() for part in only.split(",") if part.strip()]
    if not set(parts) <= set(PARTS):
        raise click.BadParameter(f"choisissez parmi {', '.join(PARTS)}.", param_hint="--only")
    if json_file and not json_file.parent.is_dir():
        raise click.UsageError(f"Le dossier {json_file.parent} n’existe pas : créez-le d’abord.")
    load = os.getloadavg()[0]
    if warning := busy_warning(load):
        click.echo(warning, err=True)
    end_in_good_order()
    measures: list[Measure] = []
    with scratch_directory() as directory, Setting(database, runs, directory, parts) as setting:
        for name in names or BENCHES:
            print_title(name, BENCHES[name].title, database)
            for measure in find_bench(name)(setting):
                print_measure(measure)
                measures.append(measure)
        facts = machine_facts(setting.database_version, load)
    if json_file:
        report = {
            "at": utcnow().isoformat(timespec="seconds"),
            "database": database,
            "runs": runs,
            "machine": facts,
            "measures": [measure.to_dict() for measure in measures],
        }
        json_file.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        click.echo(f"\nChiffres écrits dans {json_file}.")


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """A new directory, removed with all that was put in it."""
    directory = Path(tempfile.mkdtemp(prefix="bourse-bench-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
