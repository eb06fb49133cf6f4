"""How people are named where a whole name would say too much."""


def short_name(first_name: str | None, last_name: str | None) -> str:
    """`Odile`, `Marchand` → `Odile M.`; empty for nobody."""
    first, last = (first_name or "").strip(), (last_name or "").strip()
    return " ".join(filter(None, (first, f"{last[0].upper()}." if last else "")))
