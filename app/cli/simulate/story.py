"""A whole edition, from its creation to the payouts, each person at their screen."""

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

from app.cli.demo.billetweb_export import Ticket
from app.cli.demo.people import Person, make_people
from app.cli.simulate.books import compare
from app.cli.simulate.browser import Unexpected
from app.cli.simulate.cast import Account, Depositor, sign_in
from app.cli.simulate.desk import Desk
from app.cli.simulate.figures import Line
from app.cli.simulate.hall import sell, sell_one_twice
from app.cli.simulate.ledger import Ledger, keep_books
from app.cli.simulate.office import Administrator, Manager, SlotSeen
from app.cli.simulate.portal import MEMBER, Portal, accept_invitation
from app.cli.simulate.till import Till, free_till
from app.cli.simulate.treasury import Payment, Treasury
from app.editions.rulebook import default_rulebook

ITEMS_A_LIST = range(4, 11)
MEMBERS_EVERY = 5
FLOAT_CENTS = 150_00
DRAWER_GAP_CENTS = -50
# People at home at the same time; each has a browser of their own.
AT_ONCE = 4
TARIFFS = {"standard": "Standard – 2 listes", MEMBER: "Adhérent ALPE – liste 1000"}
Tell = Callable[[str], None]
# What to do with open tills, and the accounts of those who sell there.
Selling = Callable[[list[Till], list[Account]], None]


class Story:
    """One edition on one server. `seed` makes it the same again, but for its name, number and times."""

    def __init__(
        self,
        base_url: str,
        administrator: Account,
        depositors: int,
        seed: int,
        tell: Tell,
        selling: Selling | None = None,
        items_a_list: range = ITEMS_A_LIST,
    ) -> None:
        """`selling`: another way to sell than the ordinary one, at tills already open."""
        self.base_url, self.seed, self.tell = base_url, seed, tell
        self._selling = selling or self._sell_calmly
        self._items_a_list = items_a_list
        self.random = Random(seed)
        self.admin = Administrator(sign_in(base_url, administrator))
        self.mark = f"sim-{secrets.token_hex(3)}"
        self.people = make_people(depositors, self.random, prefix=f"{self.mark}-")
        self.staff: dict[str, list[Account]] = {}
        self.depositors: list[Depositor] = []
        self.edition = (0, 0)
        self.tills: list[Till] = []
        self.paid: dict[str, Payment] = {}

    def play(self, tills: int) -> list[Line]:
        """Everything in order; the figures of the books. Raises Unexpected, NotOnPage."""
        self.prepare(tills)
        self.register()
        self.declare()
        self.print_labels_and_check_in()
        self.sell()
        self.settle()
        self.look_around()
        return compare(self.ledger(), self.tills, self.paid, self.treasury)

    def prepare(self, tills: int) -> None:
        """Staff accounts, the edition, its opening."""
        wanted = {"manager": 1, "treasurer": 1, "volunteer": tills}
        people = iter(make_people(tills + 2, self.random, prefix=f"{self.mark}-equipe-"))
        for role, count in wanted.items():
            self.staff[role] = [self.admin.make_staff(next(people), role) for _ in range(count)]
        self.edition = self.admin.create_edition(f"Bourse simulée {self.mark}", tills)
        self.manager = Manager(sign_in(self.base_url, self.staff["manager"][0]), self.edition[0])
        self.treasury = Treasury(sign_in(self.base_url, self.staff["treasurer"][0]), self.edition[0])
        if not self.manager.is_blocked("Ouvrir les inscriptions"):
            raise Unexpected("un gestionnaire peut ouvrir les inscriptions, réservé à l’administrateur")
        Manager(self.admin.browser, self.edition[0]).step("Ouvrir les inscriptions")
        self.tell(f"Édition {self.edition[1]:02d} créée et ouverte, {tills + 2} comptes d’équipe.")

    def register(self) -> None:
        """A Billetweb export with an unpaid ticket and a double, imported twice; invitations accepted."""
        self.depositors = self._places()
        tickets = [Ticket(each.person, each.slot, TARIFFS[each.kind]) for each in self.depositors]
        odd = [tickets[0], Ticket(_somebody(self.mark), tickets[0].slot, tickets[0].tariff, paid=False)]
        report = self.manager.import_tickets([*tickets, *odd])
        if report["Comptes créés"] != len(tickets) or report["En double"] != 1 or report["Ignorés"] != 1:
            raise Unexpected(f"import : {report} pour {len(tickets)} billets, un double, un impayé")
        again = self.manager.preview_figures(tickets)
        if again["Nouveaux"] or again["Déjà inscrits"] != len(tickets):
            raise Unexpected(f"second import du même fichier : {again}")
        self.tell(f"{len(tickets)} déposants importés de Billetweb, invités par e-mail.")

    def declare(self) -> None:
        """Everybody accepts the invitation and fills their lists, several at a time."""
        links = {each.person.email: self._link(each) for each in self.depositors}
        with ThreadPoolExecutor(AT_ONCE) as homes:
            refused = sum(
                homes.map(lambda each: self._declare(each, links[each.person.email]), self.depositors)
            )
        items = sum(len(each.accepted) for each in self.depositors)
        lists = sum(len(each.lists) for each in self.depositors)
        self.tell(f"{items} articles déclarés dans {lists} listes ; {refused} saisies refusées.")

    def print_labels_and_check_in(self) -> None:
        self.manager.step("Geler les articles")
        if not self.manager.make_labels().startswith(b"%PDF"):
            raise Unexpected("les étiquettes ne sont pas un PDF")
        desk = Desk(sign_in(self.base_url, self.staff["volunteer"][0]), self.edition[0])
        struck = sum(desk.check_in(each, self.random) for each in self.depositors)
        self.tell(f"Étiquettes imprimées, dépôts enregistrés, {struck} articles refusés au dépôt.")

    def sell(self) -> None:
        self.manager.step("Démarrer la vente")
        self.tills = self._open_tills()
        self._check_catalogue(self.tills[0])
        self._selling(self.tills, self.staff["volunteer"])
        for till in self.tills:
            till.close(DRAWER_GAP_CENTS if till is self.tills[0] else 0)
        sales = sum(len(till.journal.tickets) for till in self.tills)
        voids = sum(len(till.journal.cancellations) for till in self.tills)
        self.tell(f"{sales} ventes à {len(self.tills)} caisses, {voids} annulations.")

    def settle(self) -> None:
        """End of the sale, payouts, slips, payments."""
        self.manager.step("Finir la vente")
        self.treasury.correct(self.depositors[0], 250)
        self.treasury.correct(self.depositors[1], -100)
        self.treasury.compute()
        merged, names = self.treasury.make_slips()
        if not merged.startswith(b"%PDF") or len(names) != len(self.depositors):
            raise Unexpected(f"{len(names)} bordereaux pour {len(self.depositors)} déposants")
        self.treasury.approve()
        due = {email: share.net for email, share in self.ledger().shares.items()}
        self.paid = self.treasury.pay_some(due, self.random)
        self.tell(f"{len(names)} bordereaux, {len(self.paid)} reversements payés.")

    def look_around(self) -> None:
        """Everybody opens all that their own first screen and the edition's lead to; nothing may break."""
        browsers = [self.admin.browser, self.manager.browser, self.treasury.browser, self.tills[0].browser]
        browsers.append(sign_in(self.base_url, self.depositors[0].account))
        opened = sum(browser.open_all_links() for browser in browsers)
        self.tell(f"{opened} pages ouvertes par les cinq rôles.")

    def ledger(self) -> Ledger:
        return keep_books(self.tills, self.depositors)

    def _sell_calmly(self, tills: list[Till], _: list[Account]) -> None:
        """One outage, one item sold twice."""
        sell(tills, self.seed)
        sell_one_twice(tills[0], tills[-1])

    def _places(self) -> list[Depositor]:
        """Give everybody a kind of list and a slot that takes them and still has room."""
        slots = self.manager.slots()
        room = {slot.label: slot.places if slot.places is not None else 10**6 for slot in slots}
        placed = []
        for number, person in enumerate(self.people, start=1):
            kind = MEMBER if number % MEMBERS_EVERY == 0 else "standard"
            fitting = [slot.label for slot in slots if _fits(slot, kind, person) and room[slot.label]]
            label = self.random.choice(fitting)
            room[label] -= 1
            placed.append(Depositor(person, kind, label))
        return placed

    def _link(self, depositor: Depositor) -> str:
        return self.admin.outbox.link_for(depositor.person.email, "/activation/")

    def _declare(self, depositor: Depositor, link: str) -> int:
        browser = accept_invitation(self.base_url, link)
        random = Random(f"{self.seed} {self.people.index(depositor.person)}")
        portal = Portal(browser, depositor, self.edition, default_rulebook())
        return portal.declare_everything(random, self._items_a_list)

    def _open_tills(self) -> list[Till]:
        tills = []
        for account in self.staff["volunteer"]:
            browser = sign_in(self.base_url, account)
            till_id, number = free_till(browser)
            till = Till(browser, till_id, number)
            till.open(FLOAT_CENTS)
            tills.append(till)
        return tills

    def _check_catalogue(self, till: Till) -> None:
        """What is on sale is what was accepted, at the declared prices, under the numbers of the rules."""
        if till.exchange.edition_number != self.edition[1]:
            raise Unexpected(
                f"les caisses sont celles de l’édition {till.exchange.edition_number:02d} : "
                "jouez sur un serveur sans autre édition en cours"
            )
        wanted = {item.label: item.price_cents for each in self.depositors for item in each.accepted}
        found = {code[:8]: price for code, price in till.prices.items()}
        if wanted != found:
            wrong = sorted(wanted.items() ^ found.items())[:6]
            raise Unexpected(f"catalogue : {len(found)} articles au lieu de {len(wanted)} ; {wrong}")


def _fits(slot: SlotSeen, kind: str, person: Person) -> bool:
    if slot.members_only != (kind == MEMBER):
        return False
    return not slot.residents_only or person.postcode == default_rulebook().residents_postcode


def _somebody(mark: str) -> Person:
    return Person(
        "Lazare", "Pastourel", f"{mark}-impaye@demo.example.org", "", "", "31830", "Plaisance-du-Touch"
    )
