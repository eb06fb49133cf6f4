"""The treasury's pages: who may, what is refused, what is kept; plain and HTMX."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.accounts.models import Role, User
from app.core.clock import utcnow
from app.core.db import db
from app.deposits.list_rules import list_fee_cents
from app.deposits.models import Item, ItemState, Registration
from app.deposits.services.stock import ItemNotDeclared, put_on_sale
from app.deposits.wording import item_words
from app.editions.models import Edition, EditionState, ListKind
from app.operations.files import path_of
from app.operations.models import BackgroundJob
from app.payouts.models import Payout, PayoutAdjustment, PayoutState
from app.payouts.queries import FIGURES, get_ledger_row, slip_facts
from app.payouts.queries.depositor import own_sales
from app.payouts.services import add_adjustment
from tests.factories import EditionFactory, TillFactory, UserFactory, declared_list, list_on_sale
from tests.support.queries import counted_queries
from tests.support.sales import sell

Login = Callable[[FlaskClient, User], FlaskClient]
pytestmark = pytest.mark.usefixtures("app")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def edition(app: Flask) -> Edition:
    made: Edition = EditionFactory(state=EditionState.SETTLING)
    return made


@pytest.fixture
def registration_id(edition: Edition) -> int:
    """Camille sold two of three items at 4,50 €."""
    items = list_on_sale(
        3, number=245, registration__edition=edition, registration__user__last_name="Étienne"
    ).items
    sell(TillFactory(edition=edition, number=1), items[:2])
    items[2].state = ItemState.UNSOLD
    db.session.commit()
    found: int = items[0].item_list.registration_id
    return found


@pytest.fixture
def treasurer(client: FlaskClient, login: Login) -> FlaskClient:
    return login(client, UserFactory(role=Role.TREASURER))


def payouts_url(edition: Edition, tail: str = "") -> str:
    return f"/editions/{edition.id}/treasury/payouts{tail}"


def state_of(registration_id: int) -> PayoutState:
    db.session.expire_all()
    return db.session.scalars(select(Payout.state).where(Payout.registration_id == registration_id)).one()


def approved(treasurer: FlaskClient, edition: Edition) -> None:
    treasurer.post(payouts_url(edition, "/computation"))
    treasurer.post(payouts_url(edition, "/approval"), data={"all": "1"})


def test_while_the_sale_goes_on_the_pages_say_that_it_is_too_early_to_pay(
    treasurer, edition, registration_id
):
    pages = [payouts_url(edition), payouts_url(edition, f"/{registration_id}")]
    assert not any("La vente n’est pas finie" in treasurer.get(page).text for page in pages)
    edition.state = EditionState.SELLING
    db.session.commit()
    assert all("La vente n’est pas finie" in treasurer.get(page).text for page in pages)


def test_the_whole_way_from_computing_to_undoing(treasurer, edition, registration_id):
    one = payouts_url(edition, f"/{registration_id}")
    assert treasurer.post(payouts_url(edition, "/computation")).status_code == 303
    assert treasurer.post(payouts_url(edition, "/approval"), data={"ids": registration_id}).status_code == 303
    assert state_of(registration_id) is PayoutState.APPROVED
    answer = treasurer.post(f"{one}/payment", data={"pay-method": "cheque", "pay-cheque_number": "123"})
    assert answer.status_code == 303
    assert state_of(registration_id) is PayoutState.PAID
    page = treasurer.get(one).text
    assert "Chèque n° 123" in page
    assert "7,20" in page
    answer = treasurer.post(f"{one}/payment/undo", data={"undo-reason": "Chèque perdu"})
    assert answer.status_code == 303
    assert state_of(registration_id) is PayoutState.APPROVED
    assert treasurer.post(f"{one}/absence").status_code == 303
    assert state_of(registration_id) is PayoutState.ABSENT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tail", "data", "sentence"),
    [
        ("payment", {}, "Choisissez comment le déposant est payé."),
        ("payment", {"pay-method": "gold"}, "choix"),
        ("payment", {"pay-method": "cheque", "pay-cheque_number": " "}, "Indiquez le numéro du chèque."),
        ("payment", {"pay-method": "cheque", "pay-cheque_number": "abc!"}, "que des chiffres"),
        ("payment", {"pay-method": "cheque", "pay-cheque_number": "1" * 21}, "Vingt caractères au plus."),
        ("adjustments", {"adjust-amount": "beaucoup", "adjust-reason": "raison tapée"}, "12,50"),
        ("adjustments", {"adjust-amount": "0", "adjust-reason": "raison tapée"}, "0,01"),
        ("adjustments", {"adjust-amount": "5", "adjust-reason": ""}, "Dites pourquoi"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_what_cannot_be_is_said_beside_its_field(
    treasurer, edition, registration_id, tail, data, sentence, headers
):
    approved(treasurer, edition)
    sent = {"adjust-direction": "moins", **data} if tail == "adjustments" else data
    answer = treasurer.post(payouts_url(edition, f"/{registration_id}/{tail}"), data=sent, headers=headers)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert ("<html" in answer.text) is (headers == {})
    if data.get("adjust-reason"):
        assert "raison tapée" in answer.text
    assert state_of(registration_id) is PayoutState.APPROVED


@pytest.mark.parametrize(
    "data", [{}, {"ids": ""}, {"ids": "tous"}, {"ids": "tous", "all": "1"}, {"all": "0"}]
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_nothing_ticked_never_means_everybody(treasurer, edition, registration_id, data, headers):
    treasurer.post(payouts_url(edition, "/computation"))
    for url in (payouts_url(edition, "/approval"), f"/editions/{edition.id}/treasury/slips"):
        answer = treasurer.post(url, data=data, headers=headers)
        assert answer.status_code == 422
        assert "Aucun déposant n’est coché" in answer.text
    assert state_of(registration_id) is PayoutState.COMPUTED
    assert db.session.scalar(select(func.count()).select_from(BackgroundJob)) == 0


@pytest.mark.parametrize(("page", "act"), [("payouts", "payouts/approval"), ("slips", "slips")])
def test_the_buttons_for_everybody_say_so(treasurer, edition, registration_id, page, act):
    treasurer.post(payouts_url(edition, "/computation"))
    address = f"/editions/{edition.id}/treasury"
    form = treasurer.get(f"{address}/{page}").text.split(f'action="{address}/{act}"')[1]
    assert '<input type="hidden" name="all" value="1">' in form.split("</form>")[0]
    assert treasurer.post(f"{address}/{act}", data={"all": "1"}).status_code == 303


def test_a_second_payment_is_refused_and_says_so(treasurer, edition, registration_id):
    approved(treasurer, edition)
    url = payouts_url(edition, f"/{registration_id}/payment")
    assert treasurer.post(url, data={"pay-method": "cash"}, headers=HTMX).status_code == 204
    again = treasurer.post(url, data={"pay-method": "cash"})
    assert again.status_code == 422
    assert "Payé" in again.text


def test_a_correction_shows_on_the_payout(treasurer, edition, registration_id):
    treasurer.post(payouts_url(edition, "/computation"))
    data = {"adjust-direction": "moins", "adjust-amount": "1,20", "adjust-reason": "Étiquette perdue"}
    assert (
        treasurer.post(payouts_url(edition, f"/{registration_id}/adjustments"), data=data).status_code == 303
    )
    page = treasurer.get(payouts_url(edition, f"/{registration_id}")).text
    assert "Étiquette perdue" in page
    assert "6,00" in page


def test_before_the_computation_a_depositor_sees_the_figures_of_the_ledger(edition, registration_id):
    """A correction counts, and a list that was validated but never brought costs no fee."""
    registration = db.session.get_one(Registration, registration_id)
    registration.list_kind = ListKind.MEMBER
    declared_list(1, number=1001, registration=registration, rank=2)
    add_adjustment(edition, registration_id, -120, "Étiquette perdue", registration.user_id)
    db.session.commit()
    seen, row = own_sales(registration), get_ledger_row(edition, registration_id)
    expected = row.current.amounts
    assert (seen.gross, seen.fees, seen.adjustments) == (expected.gross, expected.fees, -120)
    assert seen.due == expected.net
    assert seen.fees == list_fee_cents(edition.rulebook, ListKind.MEMBER, 1) == 100
    assert seen.payout is None


def test_who_deposited_nothing_is_due_nothing_and_owes_nothing(edition):
    registration = declared_list(2, registration__edition=edition).registration
    seen = own_sales(registration)
    assert (seen.count, seen.gross, seen.fees, seen.due) == (0, 0, 0, 0)


def test_a_stale_payout_shows_old_and_new_and_is_recomputed(treasurer, edition, registration_id):
    treasurer.post(payouts_url(edition, "/computation"))
    item = list_on_sale(1, number=246, registration__edition=edition).items[0]
    item.item_list.registration_id = registration_id
    sell(TillFactory(edition=edition, number=2), [item])
    db.session.commit()
    page = treasurer.get(payouts_url(edition, f"/{registration_id}")).text
    assert "À recalculer" in page
    assert "10,80" in page
    treasurer.post(payouts_url(edition, f"/{registration_id}/computation"))
    assert "À recalculer" not in treasurer.get(payouts_url(edition, f"/{registration_id}")).text


def test_approving_everything_says_how_many_and_how_much(treasurer, edition, registration_id):
    said = "Le seul reversement calculé et à jour, de 7,20\u00a0€, sera approuvé"
    assert "Tout approuver" not in treasurer.get(payouts_url(edition)).text
    treasurer.post(payouts_url(edition, "/computation"))
    assert said in treasurer.get(payouts_url(edition)).text
    item = list_on_sale(1, number=246, registration__edition=edition).items[0]
    item.item_list.registration_id = registration_id
    sell(TillFactory(edition=edition, number=2), [item])
    db.session.commit()
    assert "Tout approuver" not in treasurer.get(payouts_url(edition)).text


@pytest.mark.parametrize(("role", "first"), [(Role.TREASURER, True), (Role.ADMIN, False)])
def test_the_treasury_comes_first_for_a_treasurer(client, login, edition, role, first):
    page = login(client, UserFactory(role=role)).get(f"/editions/{edition.id}/treasury").text
    bar = re.findall(r"<span>([^<]+)</span>", page[page.index('class="bottombar"') :])
    assert (bar[0] == "Trésorerie") is first


def test_a_manager_reads_and_sees_no_button(client, login, edition, registration_id):
    manager = login(client, UserFactory(role=Role.MANAGER))
    for tail in ("", f"/{registration_id}"):
        page = manager.get(payouts_url(edition, tail))
        assert page.status_code == 200
        assert "Calculer" not in page.text.replace("Calculer, approuver", "")
    assert manager.get(f"/editions/{edition.id}/treasury").status_code == 200
    assert manager.post(payouts_url(edition, "/computation")).status_code == 403


@pytest.mark.parametrize("role", [Role.DEPOSITOR, Role.VOLUNTEER])
def test_others_are_refused(client, login, edition, role):
    person = login(client, UserFactory(role=role))
    assert person.get(f"/editions/{edition.id}/treasury").status_code == 403
    assert person.get(payouts_url(edition)).status_code == 403


def test_strangers_are_sent_to_sign_in(client, edition):
    assert client.get(payouts_url(edition)).status_code == 302


def test_another_editions_depositor_is_not_found(treasurer, edition, registration_id):
    other = EditionFactory()
    db.session.commit()
    assert treasurer.get(payouts_url(other, f"/{registration_id}")).status_code == 404
    assert treasurer.get("/editions/999999/treasury").status_code == 404


@pytest.mark.parametrize("figure", [*FIGURES])
def test_every_figure_opens_what_it_is_made_of(treasurer, edition, registration_id, figure):
    assert treasurer.get(f"/editions/{edition.id}/treasury/figures/{figure}").status_code == 200


def test_the_sums_of_the_payouts_are_those_of_their_depositors(treasurer, edition, registration_id):
    treasurer.post(payouts_url(edition, "/computation"))
    home = treasurer.get(f"/editions/{edition.id}/treasury").text
    for figure, amount in (("ventes", "9,00"), ("commission", "-1,80"), ("net", "7,20")):
        address = f"/editions/{edition.id}/treasury/figures/{figure}"
        assert re.search(rf'href="{address}">{amount}\s€', home)
        page = treasurer.get(address).text
        assert re.search(rf"1 déposant, {amount}\s€ en tout", page)
        assert f'href="{payouts_url(edition, f"/{registration_id}")}"' in page
    assert "0 déposant" in treasurer.get(f"/editions/{edition.id}/treasury/figures/corrections").text


def test_a_slip_that_no_longer_holds_leads_to_a_new_computation(
    client, login, treasurer, edition, registration_id
):
    treasurer.post(payouts_url(edition, "/computation"))
    user = db.session.get_one(Registration, registration_id).user
    made = BackgroundJob(
        kind="slips", title="Bordereaux", edition_id=edition.id, state="done", file="x", started_at=utcnow()
    )
    db.session.add(made)
    payout = db.session.scalars(select(Payout)).one()
    payout.slip_file = "slips/essai.pdf"
    path = path_of(payout.slip_file)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7 essai")
    db.session.commit()
    slip = payouts_url(edition, f"/{registration_id}/slip.pdf")
    slips = f"/editions/{edition.id}/treasury/slips"
    assert treasurer.get(slip).data == b"%PDF-1.7 essai"
    assert "n’est plus juste" not in treasurer.get(slips).text
    wanted = {"registration_id": registration_id, "amount_cents": -100, "reason": "Cintre gardé"}
    db.session.add(PayoutAdjustment(edition_id=edition.id, author_id=user.id, **wanted))
    db.session.commit()
    refused = treasurer.get(slip, follow_redirects=True)
    assert "Ce bordereau n’est plus juste" in refused.text
    assert "Recalculer" in refused.text
    assert "1 bordereau n’est plus juste" in treasurer.get(slips).text
    own = f"/editions/{edition.id}/portal"
    login(client, user)
    assert client.get(f"{own}/slip").status_code == 404
    assert "votre bordereau est à refaire" in client.get(f"{own}/sales").text


def test_a_figure_names_receipts_and_items(treasurer, edition, registration_id):
    page = treasurer.get(f"/editions/{edition.id}/treasury/figures/vendus").text
    assert "245-01" in page
    assert treasurer.get(f"/editions/{edition.id}/treasury/figures/rien").status_code == 404


def test_an_item_without_a_description_is_named_by_the_words_of_its_type(treasurer, edition, registration_id):
    for item in db.session.scalars(select(Item).where(Item.edition_id == edition.id)):
        item.category, item.type, item.gender = "adulte", "veste-blouson", "femme"
        item.size, item.brand, item.colour, item.description = "38", "", "", ""
    db.session.commit()
    named = item_words(edition.rulebook, item).title
    assert "veste-blouson" not in named
    [facts] = slip_facts(edition, [registration_id])
    assert {each.title for each in facts.sold + facts.unsold} == {named}
    for path in ("figures/vendus", f"payouts/{registration_id}"):
        page = treasurer.get(f"/editions/{edition.id}/treasury/{path}").text
        assert named in page
        assert "veste-blouson" not in page
    with pytest.raises(ItemNotDeclared, match=re.escape(named)):
        put_on_sale([item])


def test_the_list_is_exported_as_it_is_filtered(treasurer, edition, registration_id):
    treasurer.post(payouts_url(edition, "/computation"))
    csv = treasurer.get(payouts_url(edition, ".csv?q=etienne"))
    assert "Étienne" in csv.text
    assert "7,20" in csv.text
    assert "Étienne" not in treasurer.get(payouts_url(edition, ".csv?q=personne-ici")).text
    sheet = load_workbook(io.BytesIO(treasurer.get(payouts_url(edition, ".xlsx")).data)).active
    assert [row[12] for row in sheet.iter_rows(values_only=True)][1] == 7.2


def test_htmx_gets_the_results_alone(treasurer, edition, registration_id):
    answer = treasurer.get(payouts_url(edition, "?q=245"), headers=HTMX)
    assert "<html" not in answer.text
    assert "Étienne" in answer.text


def test_slips_are_asked_for_and_wait_when_the_queue_is_down(treasurer, edition, registration_id):
    treasurer.post(payouts_url(edition, "/computation"))
    answer = treasurer.post(f"/editions/{edition.id}/treasury/slips", data={"ids": registration_id})
    assert answer.headers["Location"].endswith("/treasury/slips")
    job = db.session.scalars(select(BackgroundJob)).one()
    assert (job.kind, job.edition_id, job.params) == (
        "slips",
        edition.id,
        {"registration_ids": [registration_id]},
    )
    assert "En attente" in treasurer.get(f"/editions/{edition.id}/treasury/slips").text
    assert treasurer.get(f"/editions/{edition.id}/treasury/slips/{job.id}.zip").status_code == 404
    assert treasurer.get(payouts_url(edition, f"/{registration_id}/slip.pdf")).status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize("path", ["treasury", "treasury/payouts", "treasury/figures/vendus", "restitution"])
def test_pages_ask_as_many_queries_for_2_as_for_40_depositors(treasurer, edition, path):
    def count_queries() -> int:
        with counted_queries() as seen:
            assert treasurer.get(f"/editions/{edition.id}/{path}").status_code == 200
        return len(seen)

    till = TillFactory(edition=edition, number=3)

    def add(count: int) -> None:
        for _ in range(count):
            items = list_on_sale(2, registration__edition=edition).items
            sell(till, items[:1])
            items[1].state = ItemState.UNSOLD
        db.session.commit()

    add(2)
    few = count_queries()
    add(38)
    assert count_queries() == few


def test_the_number_asked_for_a_cheque_is_not_called_optional(treasurer, edition, registration_id):
    approved(treasurer, edition)
    page = treasurer.get(payouts_url(edition, f"/{registration_id}")).text
    assert "Numéro du chèque" in page
    assert "facultatif" not in page.split("Numéro du chèque")[1].split("</label>")[0]


def test_a_dispute_goes_from_the_payout_to_the_item_and_its_payment(treasurer, edition, registration_id):
    approved(treasurer, edition)
    one = payouts_url(edition, f"/{registration_id}")
    treasurer.post(f"{one}/payment", data={"pay-method": "cheque", "pay-cheque_number": "0000123"})
    item = db.session.scalars(select(Item).where(Item.edition_id == edition.id, Item.line == 1)).one()
    address = f"/editions/{edition.id}/items/{item.id}"
    assert f'href="{address}"' in treasurer.get(one).text
    assert "Reversement payé : 7,20\u00a0€, chèque n° 0000123" in treasurer.get(address).text


def test_a_volunteer_does_not_see_what_a_depositor_was_paid(
    treasurer, client, login, edition, registration_id
):
    approved(treasurer, edition)
    treasurer.post(payouts_url(edition, f"/{registration_id}/payment"), data={"pay-method": "cash"})
    item = db.session.scalars(select(Item).where(Item.edition_id == edition.id, Item.line == 1)).one()
    page = login(client, UserFactory(role=Role.VOLUNTEER)).get(f"/editions/{edition.id}/items/{item.id}").text
    assert "Vendu" in page
    assert "Reversement" not in page


def test_unsold_goods_are_handed_over_after_a_question_and_to_a_name(treasurer, edition, registration_id):
    page = treasurer.get(f"/editions/{edition.id}/restitution").text
    assert 'aria-haspopup="dialog"' in page.split("Remettre")[0][-400:]
    assert "1 article à lui rendre" in page
    answer = treasurer.post(f"/editions/{edition.id}/restitution/{registration_id}", follow_redirects=True)
    assert "Étienne" in answer.text
    assert "1 article rendu." in answer.text
    assert "Ce n’était pas" in answer.text
    undone = treasurer.post(
        f"/editions/{edition.id}/restitution/{registration_id}/undoing", follow_redirects=True
    )
    assert "Remise défaite : 1 article" in undone.text
    assert "1 article à lui rendre" in undone.text
