"""Measures as lines on a terminal."""

import click

from app.cli.bench.measures import Measure, Target

_COLUMNS = "{what:<44} {count:>6} {median:>9} {p95:>9} {peak:>8}  {target}"


def print_title(name: str, title: str, database: str) -> None:
    click.echo(f"\n{name} : {title} ({database})")
    click.echo(
        _COLUMNS.format(
            what="", count="nombre", median="médiane", p95="p95", peak="mémoire", target="objectif"
        )
    )


def print_measure(measure: Measure) -> None:
    click.echo(
        _COLUMNS.format(
            what=measure.what,
            count=len(measure.times),
            median=duration(measure.median),
            p95=duration(measure.p95),
            peak=memory(measure.peak_bytes),
            target=_target(measure.target, measure.on_target),
        )
    )
    details = dict(measure.details)
    if measure.size_bytes is not None:
        details["sur le réseau"] = wire(measure.size_bytes)
    if details:
        click.echo("    " + " · ".join(f"{label} {value}" for label, value in details.items()))


def duration(seconds: float) -> str:
    """`84 ms`, `1,25 s`."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms".replace(".", ",")
    return f"{seconds:.2f} s".replace(".", ",")


def memory(size: int | None) -> str:
    """`143 Mo`."""
    return "–" if size is None else f"{size / 1e6:.0f} Mo"


def wire(size: int) -> str:
    """`328 Ko`, `1,2 Ko`."""
    return f"{size / 1000:.0f} Ko" if size >= 10_000 else f"{size / 1000:.1f} Ko".replace(".", ",")


def _target(target: Target | None, reached: bool | None) -> str:
    if target is None:
        return ""
    words = f"{'p95 ' if target.at_p95 else ''}≤ {duration(target.seconds)}"
    if target.peak_bytes:
        words += f", ≤ {memory(target.peak_bytes)}"
    if target.size_bytes:
        words += f", ≤ {wire(target.size_bytes)}"
    return f"{words}  {'atteint' if reached else 'MANQUÉ'}"
