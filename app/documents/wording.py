"""Numbers with their words, as French prints them."""


def count_of(number: int, word: str) -> str:
    """`1 liste`, `2 listes`; French has the singular for zero."""
    return f"{number} {word}{'s' if number > 1 else ''}"


def format_rate(basis_points: int) -> str:
    """`2000` → `20 %`, `1250` → `12,5 %`."""
    whole, rest = divmod(basis_points, 100)
    decimals = f",{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{decimals}\u00a0%"


def euro_digits(cents: int) -> int:
    """How many digits an amount shows before its comma: `1234` → 2."""
    return len(str(abs(cents) // 100))
