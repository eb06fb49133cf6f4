"""On what was measured: figures mean little without it."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

# Of the cores, already taken by others.
BUSY_SHARE = 0.25
PACKAGES = ("flask", "sqlalchemy", "gunicorn", "rq", "reportlab", "xhtml2pdf")


def machine_facts(database_version: str, load_before: float) -> dict[str, str | int | float]:
    """Processor, memory and versions; sizes in bytes. `load_before`: processes at work before measuring."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "load_before": round(load_before, 1),
        "database_version": database_version,
        **{package: version(package) for package in PACKAGES},
    }


def busy_warning(load: float) -> str | None:
    """What to say when others are using the machine; None when it is quiet."""
    cores = len(os.sched_getaffinity(0))
    if load < cores * BUSY_SHARE:
        return None
    words = f"{load:.1f}".replace(".", ",")
    return f"La machine travaille déjà (charge {words} pour {cores} cœurs) : ces temps seront trop longs."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
