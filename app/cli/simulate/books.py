"""Comparing the books as they must be with what the screens and exports say, to the cent."""

from collections.abc import Iterator

from app.cli.simulate.figures import Line
from app.cli.simulate.ledger import Ledger, Share
from app.cli.simulate.till import Till
from app.cli.simulate.treasury import Payment, Treasury, cents

METHODS = {"cash": "Espèces", "card": "Carte", "cheque": "Chèque"}
PAYOUT_METHODS = {"cash": "Espèces", "cheque": "Chèque", "transfer": "Virement"}


def compare(ledger: Ledger, tills: list[Till], paid: dict[str, Payment], treasury: Treasury) -> list[Line]:
    """Every figure of the books, in the order of the money: taken, sold, owed, paid."""
    return [
        *_taken(ledger, treasury.figures()),
        *_counted(tills, treasury),
        *_owed(ledger.shares, treasury.payouts()),
        *_paid(paid, treasury.payouts()),
    ]


def _taken(ledger: Ledger, figures: dict[str, int]) -> Iterator[Line]:
    shares = ledger.shares.values()
    for method, label in METHODS.items():
        yield Line(f"Encaissé : {label.lower()}", ledger.payments[method], _figure(figures, label))
    yield Line("Encaissé en tout", sum(ledger.payments.values()), figures["Encaissé"])
    yield Line(f"Articles vendus ({ledger.sold_count})", -ledger.sold_cents, figures["Articles vendus"])
    twice = _figure(figures, "Payés deux fois")
    yield Line(f"Payés deux fois ({ledger.twice_count})", -ledger.twice_cents, twice)
    yield Line("Sans explication", 0, figures["Reste sans explication"])
    yield Line("Vendu − reversements", 0, figures["Différence"])
    yield Line("Commission", -sum(each.commission for each in shares), _figure(figures, "Commission"))
    yield Line("Frais de listes", -sum(each.fees for each in shares), figures["Frais de listes"])
    yield Line("Corrections", sum(each.adjustments for each in shares), figures["Corrections"])
    yield Line("À reverser", sum(each.net for each in shares), figures["À reverser"])


def _counted(tills: list[Till], treasury: Treasury) -> Iterator[Line]:
    shown = {(till, method): (expected, counted) for till, method, expected, counted in treasury.counts()}
    for till in tills:
        taken = till.taken() | {"cash": till.taken()["cash"] + till.float_cents}
        for method, label in METHODS.items():
            # The page leaves out what a session neither expected nor counted.
            expected, counted = shown.get((f"C{till.number}", label), (0, 0))
            yield Line(f"C{till.number}, {label.lower()} attendu", taken[method], expected)
            yield Line(f"C{till.number}, {label.lower()} compté", till.counted[method], counted)


def _owed(shares: dict[str, Share], rows: dict[str, dict[str, str]]) -> Iterator[Line]:
    """Each depositor's payout, one line a figure that differs; one line when all agree."""
    due = {email: share for email, share in shares.items() if email in rows}
    missing = [email for email, share in shares.items() if email not in rows and share.gross]
    yield Line("Déposants vendeurs sans reversement", 0, len(missing), counted=True)
    wrong = [line for email, share in due.items() for line in _owed_to(email, share, rows[email])]
    agreed = len(due) - len({line.label.split(" : ")[0] for line in wrong})
    yield Line("Reversements justes au centime", len(due), agreed, counted=True)
    yield from wrong


def _owed_to(email: str, share: Share, row: dict[str, str]) -> Iterator[Line]:
    figures = {
        "Ventes (€)": share.gross,
        "Commission (€)": share.commission,
        "Frais (€)": share.fees,
        "Corrections (€)": share.adjustments,
        "À reverser (€)": share.net,
        "Manque (€)": share.shortfall,
        "Dû maintenant (€)": share.net,
    }
    sold = Line(f"{email} : articles vendus", share.sold, int(row["Articles vendus"]), counted=True)
    lines = [sold, *(Line(f"{email} : {name}", value, cents(row[name])) for name, value in figures.items())]
    yield from (line for line in lines if not line.balances)


def _paid(paid: dict[str, Payment], rows: dict[str, dict[str, str]]) -> Iterator[Line]:
    for method, label in PAYOUT_METHODS.items():
        shown = [row for row in rows.values() if row["Paiement"] == label]
        expected = sum(each.cents for each in paid.values() if each.method == method)
        yield Line(f"Payé : {label.lower()}", expected, sum(cents(row["À reverser (€)"]) for row in shown))


def _figure(figures: dict[str, int], start: str) -> int:
    return next(value for label, value in figures.items() if label.startswith(start))
