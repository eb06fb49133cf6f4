"""Who plays: accounts, depositors, and what each declared, as the simulation itself remembers it."""

from dataclasses import dataclass, field

from app.cli.demo.people import Person
from app.cli.simulate.browser import Browser

PASSWORD = "Essai-2026-bourse!"  # noqa: S105 - of made-up people


@dataclass(frozen=True)
class Account:
    email: str
    password: str


@dataclass
class DeclaredItem:
    """`label`: the eight digits before the check digits, as the rules number it; price in cents."""

    label: str
    price_cents: int
    accepted: bool = True


@dataclass
class DeclaredList:
    number: int
    rank: int
    items: list[DeclaredItem] = field(default_factory=list)


@dataclass
class Depositor:
    """`kind`: list kind of the rulebook. `adjustment_cents`: a correction the treasurer made."""

    person: Person
    kind: str
    slot: str
    lists: list[DeclaredList] = field(default_factory=list)
    adjustment_cents: int = 0

    @property
    def account(self) -> Account:
        return Account(self.person.email, PASSWORD)

    @property
    def numbers(self) -> set[int]:
        return {each.number for each in self.lists}

    @property
    def accepted(self) -> list[DeclaredItem]:
        return [item for each in self.lists for item in each.items if item.accepted]


def sign_in(base_url: str, account: Account) -> Browser:
    """A browser of this person, signed in by the form."""
    browser = Browser(base_url)
    page = browser.get("/sign-in")
    browser.submit(page.seen.form("/sign-in"), {"email": account.email, "password": account.password})
    return browser
