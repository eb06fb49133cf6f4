"""How service levels are told."""

from app.monitoring.service_levels import Standing

# Word, tone and icon.
STANDINGS = {
    Standing.UNKNOWN: ("pas encore mesuré", "neutral", "circle-dashed"),
    Standing.KEPT: ("tenu", "success", "circle-check"),
    Standing.SHORT: ("à surveiller", "warning", "triangle-alert"),
    Standing.MISSED: ("pas tenu", "danger", "octagon-alert"),
}


def in_percent(value: float | None) -> str:
    """`99,82 %`, never rounded up to what it is not: `99,99 %`."""
    if value is None:
        return "–"
    hundredths = int(value * 100 + 1e-6)
    whole, rest = divmod(hundredths, 100)
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{decimals}\u00a0%"


def in_minutes(minutes: float) -> str:
    """`21,6 min`, `3 h 05`."""
    if abs(minutes) < 60:
        return f"{minutes:.1f}".replace(".", ",").removesuffix(",0") + "\u00a0min"
    hours, rest = divmod(round(abs(minutes)), 60)
    return f"{'-' if minutes < 0 else ''}{hours}\u00a0h\u00a0{rest:02d}"


def in_seconds(seconds: float | None) -> str:
    """`85 ms` below a second, `1,4 s`, `1 min 30` from a minute on."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{round(1000 * seconds)}\u00a0ms"
    if seconds < 60:
        return f"{seconds:.1f}".replace(".", ",").removesuffix(",0") + "\u00a0s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}\u00a0min" + (f"\u00a0{rest:02d}" if rest else "")


def of_hours(hours: float) -> str:
    """`moins d’une heure`, `5 h`, `3 jours`."""
    if 0 < hours < 1:
        return "moins d’une heure"
    if hours < 48:
        return f"{round(hours)}\u00a0h"
    days = round(hours / 24)
    return f"{days} jours"
