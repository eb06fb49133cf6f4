"""Whether a till's journal and ours are the same, told by four figures. Pure: no database, no clock."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JournalSummary:
    """A device's journal in a few figures (3-till.md, 10).

    `count` and `sum_cents` (sales minus voids) of the entries that were understood, `digest` over the hashes
    of their exact texts, `quarantined` how many more were kept raw.
    """

    count: int
    sum_cents: int
    digest: str
    quarantined: int


def summarise(entries: Iterable[tuple[str, int]], quarantined: int) -> JournalSummary:
    """Of (hash of the text, cents) pairs, in any order."""
    rows = sorted(entries)
    digest = hashlib.sha256("\n".join(text_hash for text_hash, _ in rows).encode()).hexdigest()
    return JournalSummary(len(rows), sum(cents for _, cents in rows), digest, quarantined)
