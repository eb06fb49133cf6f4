"""Telling once that the machine or its database is nearly full (seed §5.2: "Capacité > 80 %")."""

import structlog

from app.monitoring.machine import MachineFigures

log = structlog.get_logger()
# Percent. Told above the first, over below the second: what sways around 80 is told once.
HIGH, CALM = 80, 75


def tell_capacity(figures: MachineFigures, told: frozenset[str]) -> frozenset[str]:
    """Warn of what is now above 80 % and was not `told`; returns what is to be known as told from now on."""
    shares = {
        "disk": figures.disk_percent,
        "memory": figures.memory_percent,
        "connections": figures.connections_percent,
    }
    high = {name for name, percent in shares.items() if percent > (CALM if name in told else HIGH)}
    for name in sorted(high - told):
        log.warning("capacity.high", of=name, percent=round(shares[name], 1))
    return frozenset(high)
