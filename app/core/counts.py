"""Counts as France reads them."""


def grouped(number: int) -> str:
    """In groups of three figures: `6000` → `6 000`."""
    return f"{number:,}".replace(",", "\u202f")


def counted(count: int, word: str) -> str:
    """`1 liste`, `3 listes`, `3 137 articles`."""
    return f"{grouped(count)} {word}{'s' if count > 1 else ''}"
