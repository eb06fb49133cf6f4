"""On what was measured: figures mean little without it."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("flask", "sqlalchemy", "gunicorn", "rq", "reportlab", "xhtml2pdf")


def machine_facts(database_version: str) -> dict[str, str | int]:
    """Processor, memory and versions; sizes in bytes."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "database_version": database_version,
        **{package: version(package) for package in PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
