"""Finds, in what a depositor types, the goods the rulebook refuses.

Words are compared without accents, capitals, plurals and linking words, phrase by phrase: "sièges-autos" is
"siège auto" but "casquette" is not "casque". A volunteer still sees at check-in what gets through.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.editions.rulebook import Audience, RefusedGood, RefusedGroup, Rulebook

_LINKING = frozenset(
    ("a", "au", "aux", "avec", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "un", "une")
)
_WORD = re.compile(r"[a-z0-9]+")
_BARE_SIZE = re.compile(r"(\d{1,3})(?:[.,]\d+)?(?:\s*[-/]\s*\d{1,3})?")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Wearer:
    """What is known of who wears the item, for the refusals that depend on it."""

    audience: Audience | None = None
    size: str = ""
    max_age_months: int | None = None

    @property
    def is_adult(self) -> bool:
        return self.audience is Audience.ADULT

    def size_above(self, limit: int) -> bool:
        """Compares the first number of a bare size (`26`, `38/39`); `4 ans` and `98 cm` never are above."""
        bare = _BARE_SIZE.fullmatch(self.size.strip())
        return bare is not None and int(bare[1]) > limit

    def months_above(self, limit: int) -> bool:
        """The age given, else the one read in the size (`4 ans`, `18 mois`)."""
        months = self.max_age_months
        if months is None:
            months = months_of_size(self.size)
        return months is not None and months > limit


@dataclass(frozen=True)
class Refusal:
    """Why an item is stopped: the good's name and the reason shown."""

    label: str
    reason: str

    @property
    def sentence(self) -> str:
        return f"{self.label} : refusé. {self.reason}"


def find_refusal(
    book: Rulebook, typed: str, category: str = "", type_label: str = "", wearer: Wearer | None = None
) -> Refusal | None:
    """The first refused good named in `typed`, or None.

    `category` is a key of the rulebook, empty while nothing is chosen. `type_label` is not searched, it
    only gives context ("chaussons" in the type "Chaussons de danse" are welcome).
    """
    person = wearer or Wearer()
    words = _words(typed)
    context = (*words, *_words(type_label))
    ignored_after = {word for each in book.refused_ignored_after for word in _words(each)}
    for group, good in _searched(book, category):
        if not _meets_condition(good, person):
            continue
        if not any(_is_named(words, _words(each), ignored_after) for each in good.words):
            continue
        if not any(_positions(context, _words(each)) for each in (*group.unless, *good.unless)):
            return Refusal(good.label, good.reason or group.reason)
    return None


def months_of_size(size: str) -> int | None:
    """The highest age of a size such as `4 ans`, `3/6 mois` or `2-4A`, in months; None for another size."""
    text = "".join(_plain(size).split())
    numbers = [int(each) for each in _NUMBER.findall(text)]
    if not numbers:
        return None
    if re.search(r"\d(m|mois)$", text):
        return max(numbers)
    return max(numbers) * 12 if re.search(r"\d(a|an|ans)$", text) else None


def _searched(book: Rulebook, category: str) -> Iterator[tuple[RefusedGroup, RefusedGood]]:
    for group in book.refused:
        for good in group.goods:
            if category not in group.not_in and (not good.only_in or category in good.only_in):
                yield group, good


def _meets_condition(good: RefusedGood, wearer: Wearer) -> bool:
    if not good.if_adult and good.if_size_above is None and good.if_months_above is None:
        return True
    return (
        (good.if_adult and wearer.is_adult)
        or (good.if_size_above is not None and wearer.size_above(good.if_size_above))
        or (good.if_months_above is not None and wearer.months_above(good.if_months_above))
    )


def _is_named(words: tuple[str, ...], phrase: tuple[str, ...], ignored_after: set[str]) -> bool:
    return any(at == 0 or words[at - 1] not in ignored_after for at in _positions(words, phrase))


def _positions(words: tuple[str, ...], phrase: tuple[str, ...]) -> list[int]:
    size = len(phrase)
    return [at for at in range(len(words) - size + 1) if size and words[at : at + size] == phrase]


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    found = (word for word in _WORD.findall(_plain(text)) if word not in _LINKING)
    return tuple(word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in found)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return "".join(each for each in parts if not unicodedata.combining(each))
