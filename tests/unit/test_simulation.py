"""The simulation's own eyes and arithmetic: they must be able to find fault."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.cli.demo.people import Person
from app.cli.simulate.browser import Browser
from app.cli.simulate.cast import DeclaredItem, DeclaredList, Depositor
from app.cli.simulate.figures import Line, as_table
from app.cli.simulate.forms import NotOnPage
from app.cli.simulate.html import read_html
from app.cli.simulate.journal import Cancellation, Money, Ticket
from app.cli.simulate.ledger import keep_books
from app.cli.simulate.till import Till
from app.cli.simulate.treasury import cents

PAGE = """<h1>Une  page</h1>
<form method="post" action="/things/12/rename?x=1" id="first">
  <input type="hidden" name="csrf_token" value="abc">
  <input name="title" value="Avant"><textarea name="note">Deux
lignes</textarea>
  <select name="size"><option value="s">S</option><option value="m" selected>M</option></select>
  <label><input type="radio" name="kind" value="a" checked>A</label><input type="radio" name="kind" value="b">
  <button type="button">Annuler</button>
  <button name="then" value="list">Enregistrer</button>
  <button formaction="/elsewhere">Ailleurs</button>
</form>
<input type="checkbox" name="seen" value="y" form="first">
<div class="alert alert--danger"><p>Il reste <strong>une</strong> erreur</p></div>
<table><tr><td data-label="Chiffre">Carte, déduits</td>
<td data-label="Montant"><a href="/x">12,50 €</a></td></tr></table>
"""


def test_a_form_is_sent_as_a_browser_would() -> None:
    form = read_html(PAGE).form("/things/*/rename")
    assert form.filled({"title": "Après", "seen": True, "kind": "b"}, form.button("Enregistrer")) == [
        ("csrf_token", "abc"),
        ("title", "Après"),
        ("note", "Deux\nlignes"),
        ("size", "m"),
        ("kind", "b"),
        ("seen", "y"),
        ("then", "list"),
    ]
    assert ("seen", "y") not in form.filled({})
    assert form.button("Ailleurs").action == "/elsewhere"


@pytest.mark.parametrize("values", [{"price": "1"}, {"size": "xxl"}, {"kind": "c"}])
def test_what_the_page_does_not_offer_cannot_be_sent(values: dict[str, str]) -> None:
    with pytest.raises(NotOnPage):
        read_html(PAGE).form("/rename").filled(values)


def test_messages_and_tables_are_read() -> None:
    page = read_html(PAGE)
    assert page.heading == "Une page"
    assert page.told["alert"] == ["Il reste une erreur"]
    assert page.rows == [{"Chiffre": "Carte, déduits", "Montant": "12,50 €"}]


def test_amounts_are_read_as_they_are_shown() -> None:
    assert cents("-1\u202f234,50\u00a0€") == -123450
    assert cents("Différence −0,50 €") == -50


ANNA, BELA = "0101000184", "0101010181"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def till(number: int, *tickets: Ticket, voids: tuple[Cancellation, ...] = ()) -> Till:
    made = Till(Browser("http://nowhere"), number, number)
    made.journal.tickets, made.journal.cancellations = list(tickets), list(voids)
    return made


def ticket(number: int, seconds: int, *lines: tuple[str, int]) -> Ticket:
    total = sum(price for _, price in lines)
    paid = (Money("cash", total),)
    return Ticket(f"{number}-{seconds}", number, seconds, NOON + timedelta(seconds=seconds), lines, paid)


def depositor(email: str, number: int, kind: str = "standard") -> Depositor:
    item = DeclaredItem(f"01{number:04d}01", 500)
    return Depositor(Person("A", "B", email, "", "", "", ""), kind, "", [DeclaredList(number, 1, [item])])


def test_an_item_sold_twice_belongs_to_the_earliest_sale_and_both_are_money() -> None:
    tills = [till(1, ticket(1, 5, (ANNA, 500))), till(2, ticket(2, 4, (ANNA, 500), (BELA, 333)))]
    books = keep_books(tills, [depositor("anna@x", 100), depositor("bela@x", 101, "1000")])
    assert (books.sold_count, books.sold_cents, books.twice_cents) == (2, 833, 500)
    assert books.payments == {"cash": 1333, "card": 0, "cheque": 0}
    assert (books.shares["anna@x"].gross, books.shares["anna@x"].net) == (500, 400)
    # 20 % of 3,33 € is 0,666 €: 0,67 €; a list 1000 costs 1 €.
    assert (books.shares["bela@x"].commission, books.shares["bela@x"].net) == (67, 333 - 67 - 100)


def test_what_was_cancelled_is_neither_sold_nor_kept() -> None:
    sale = ticket(1, 5, (ANNA, 500), (BELA, 333))
    void = Cancellation("v", sale.uuid, (ANNA,), Money("cash", 500))
    books = keep_books([till(1, sale, voids=(void,))], [depositor("anna@x", 100)])
    assert (books.sold_cents, books.payments["cash"], books.shares["anna@x"].net) == (333, 333, 0)


def test_a_figure_that_differs_is_marked() -> None:
    right = Line("Encaissé", 100, 100)
    wrong = replace(right, shown=101)
    assert right.balances
    assert not wrong.balances
    assert [("ÉCART" in line) for line in as_table([right, wrong])] == [False, False, True]
