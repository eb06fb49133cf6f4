"""Counts as France reads them."""


def grouped(number: int) -> str:
    """In groups of three figures: `6000` → `6 000`."""
    return f"{number:,}".replace(",", "\u202f")


def figure(value: float) -> str:
    """`30`, `2,5`, `1 000 000`: up to six decimals, never an exponent."""
    whole, _, decimals = f"{value:,.6f}".partition(".")
    decimals = decimals.rstrip("0")
    return whole.replace(",", "\u202f") + (f",{decimals}" if decimals else "")


def counted(count: int, word: str) -> str:
    """`1 liste`, `3 listes`, `3 137 articles`."""
    return f"{grouped(count)} {word}{'s' if count > 1 else ''}"
