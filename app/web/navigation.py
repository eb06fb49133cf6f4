"""The menu: what the signed-in person may open, in the order of the work."""

from dataclasses import dataclass

from flask import current_app, g, request, url_for
from flask_login import current_user
from sqlalchemy import select

from app.core.db import db
from app.deposits.models import Registration
from app.web.access import may_use


@dataclass(frozen=True)
class MenuEntry:
    """A line of the menu before it is resolved: where it leads and which section it marks as current."""

    label: str
    endpoint: str
    icon: str
    section: str


@dataclass(frozen=True)
class MenuItem:
    label: str
    href: str
    icon: str
    current: bool


SALES = "portal.sales"
TREASURY = "treasury.home"
ENTRIES = (
    MenuEntry("Ma bourse", "portal.home", "home", "portal"),
    MenuEntry("Mes ventes", SALES, "hand-coins", SALES),
    MenuEntry("Édition", "backoffice.home", "calendar", "backoffice.setup_"),
    MenuEntry("Déposants", "backoffice.registrations", "users", "backoffice.registration"),
    MenuEntry("Étiquettes", "backoffice.labels", "tag", "backoffice.labels"),
    MenuEntry("Dépôt", "deposit.search", "package", "deposit"),
    MenuEntry("Caisse", "till.home", "shopping-cart", "till"),
    MenuEntry("Ventes", "backoffice.sales", "receipt", "backoffice.sale"),
    MenuEntry("Articles", "backoffice.items", "search", "backoffice.items"),
    MenuEntry("En direct", "reporting.dashboard", "activity", "reporting"),
    MenuEntry("Alertes", "operations.alerts", "bell", "operations.alert"),
    MenuEntry("Trésorerie", TREASURY, "wallet", "treasury"),
    MenuEntry("Invendus", "treasury.restitution", "package-open", "treasury.restitution"),
    MenuEntry("Travaux", "operations.jobs", "clock", "operations.job"),
    MenuEntry("Éditions", "backoffice.editions", "layers", "backoffice.edition"),
    MenuEntry("Utilisateurs", "backoffice.users", "user", "backoffice.user"),
    MenuEntry("Journal", "operations.audit", "file-text", "operations.audit"),
    MenuEntry("Messages", "operations.outbox", "mail", "operations.outbox"),
)
# Pages that stand under the entry of another section.
ELSEWHERE = {
    "till.unidentified": "backoffice.sales",
    "backoffice.label_": "backoffice.labels",
    "backoffice.spares": "backoffice.items",
    "operations.on_call": "operations.alerts",
    "operations.service_levels": "operations.alerts",
}


def navigation() -> list[MenuItem]:
    """The entries this person may use."""
    here = request.endpoint or ""
    here = next((shown for prefix, shown in ELSEWHERE.items() if here.startswith(prefix)), here)
    usable = [
        entry
        for entry in ENTRIES
        if entry.endpoint in current_app.view_functions
        and may_use(entry.endpoint, current_user.roles)
        and (_edition_id() or not _is_of_one_edition(entry.endpoint))
        and (entry.endpoint != SALES or _is_registered())
    ]
    usable.sort(key=_comes_first, reverse=True)
    best = max(
        (entry for entry in usable if here == entry.endpoint or here.startswith(entry.section)),
        key=lambda e: len(e.section),
        default=None,
    )
    return [MenuItem(e.label, _address(e.endpoint), e.icon, e is best) for e in usable]


def _comes_first(entry: MenuEntry) -> bool:
    """The treasury, for who does not run the edition: a phone's bar shows four entries only."""
    return entry.endpoint == TREASURY and not may_use("backoffice.setup_dates", current_user.roles)


def _address(endpoint: str) -> str:
    return url_for(endpoint, edition_id=_edition_id()) if _is_of_one_edition(endpoint) else url_for(endpoint)


def _is_of_one_edition(endpoint: str) -> bool:
    return current_app.url_map.is_endpoint_expecting(endpoint, "edition_id")


def _is_registered() -> bool:
    """Whether this person deposits in the edition the frame shows."""
    own = select(Registration.id).where(
        Registration.user_id == current_user.id, Registration.edition_id == _edition_id()
    )
    return db.session.scalar(own) is not None


def _edition_id() -> int | None:
    """The edition the frame shows; the context processor has looked it up before the menu is drawn."""
    edition = g.get("edition")
    return edition.id if edition else None
