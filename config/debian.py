"""Debian packages that are missing from the machine, installed when we are allowed to.

Standard library only: the launcher uses it before anything is installed.
"""

import os
import shutil
import subprocess
import sys

# Services must not start by being installed: tests run their own, and only while they need them.
_INSTALL = """
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\\nexit 101\\n' >$policy
    chmod +x $policy
fi
export DEBIAN_FRONTEND=noninteractive
options="-q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300"
apt-get $options update
apt-get $options install --no-install-recommends "$@"
"""


class CannotInstall(Exception):
    """The packages are still missing; the message is one French line that names them."""


def install_packages(packages: list[str]) -> None:
    """Install Debian packages with apt-get, as root or through sudo without a password.

    Raises CannotInstall where this is not allowed, or when apt-get fails.
    """
    names = " ".join(packages)
    command = f"sudo apt-get install {names}"
    if not shutil.which("apt-get"):
        raise CannotInstall(f"Il manque sur cette machine : {names}. Installez-les, puis relancez.")
    prefix = _root_prefix()
    if prefix is None:
        raise CannotInstall(f"Il manque sur cette machine : {names}. Lancez : {command}")
    print(f"Installation de {names}…", file=sys.stderr, flush=True)
    done = subprocess.run(
        [*prefix, "sh", "-c", _INSTALL, "sh", *packages],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout, file=sys.stderr)
        raise CannotInstall(f"L’installation de {names} a échoué. Lancez : {command}")


def _root_prefix() -> list[str] | None:
    """What to put before a command to run it as root; None when we may not."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None
