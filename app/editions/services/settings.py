"""What an edition is called, its rates, its tills and its rulebook."""

from dataclasses import asdict, dataclass, replace

import yaml

from app.core import audit
from app.core.db import db
from app.core.errors import DomainError
from app.editions.models import Edition, EditionState, Till
from app.editions.queries import list_tills
from app.editions.rulebook import Rulebook
from app.editions.rules import MAX_TILLS
from app.editions.services.creation import TRAINING_NUMBER, check_name, check_number

MAX_RULEBOOK_BYTES = 512 * 1024


@dataclass(frozen=True)
class Identity:
    name: str
    number: int
    place: str
    description: str


def set_identity(edition: Edition, values: Identity, *, by_id: int | None = None) -> None:
    """Name, number, place, description. The number is in every label code, so it is fixed once open."""
    check_name(values.name, other_than=edition.id)
    if values.number != edition.number:
        _check_draft(edition, "number", "Le numéro ne change plus une fois les inscriptions ouvertes.")
        check_number(values.number, other_than=edition.id)
    changed = {name: value for name, value in asdict(values).items() if value != getattr(edition, name)}
    edition.name, edition.place, edition.description = values.name, values.place, values.description
    edition.number = edition.live_number = values.number
    db.session.flush()
    if changed:
        audit.record("edition.identity_set", f"edition:{edition.id}", actor_id=by_id, **changed)


def set_commission(edition: Edition, basis_points: int, *, by_id: int | None = None) -> None:
    """The association's share of sales (2000 = 20 %); fixed once depositors register on its terms."""
    _check_draft(edition, "commission", "La commission ne change plus une fois les inscriptions ouvertes.")
    if not 0 <= basis_points <= 10_000:
        raise DomainError("Indiquez un taux entre 0 et 100 %.", "commission")
    set_rulebook(edition, replace(edition.rulebook, commission_basis_points=basis_points), by_id=by_id)


def set_rulebook(edition: Edition, book: Rulebook, *, by_id: int | None = None) -> None:
    """Replace the rulebook of an edition not open yet (1-product.md: editable before it opens)."""
    _check_draft(edition, None, "Le règlement ne change plus une fois les inscriptions ouvertes.")
    edition.rulebook = book
    edition.commission_bp = book.commission_basis_points
    db.session.flush()
    audit.record("edition.rulebook_set", f"edition:{edition.id}", actor_id=by_id)


def read_rulebook_file(content: bytes) -> Rulebook:
    """A rulebook from an uploaded YAML or JSON file; DomainError on field `file` says what is wrong."""
    if len(content) > MAX_RULEBOOK_BYTES:
        raise DomainError("Ce fichier dépasse 512 Ko : ce n’est pas un règlement.", "file")
    try:
        text = content.decode("utf-8-sig")
        # Anchors let a small file grow without bound; a rulebook needs none.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise DomainError("Retirez les renvois (« * ») de ce fichier YAML.", "file")
        data = yaml.load(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        raise DomainError(
            "Ce fichier n’est pas un texte en UTF-8 : enregistrez-le en UTF-8.", "file"
        ) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DomainError(f"Ce fichier n’est ni du YAML ni du JSON{_at_line(error)}.", "file") from None
    try:
        return Rulebook.from_dict(data)
    except DomainError as refusal:
        raise DomainError(refusal.message, "file") from refusal


def write_rulebook_file(book: Rulebook) -> str:
    """The whole rulebook as YAML, in the order of its fields, to be edited and sent back."""
    return yaml.safe_dump(book.to_dict(), allow_unicode=True, sort_keys=False, width=110)


def set_tills(edition: Edition, count: int, *, in_use: set[int], by_id: int | None = None) -> None:
    """Have tills 1 to `count`, and one training till. `in_use`: numbers of tills that were opened once."""
    if not 1 <= count <= MAX_TILLS:
        raise DomainError(f"Une édition a de 1 à {MAX_TILLS} caisses.", "count")
    if edition.state in (EditionState.SETTLING, EditionState.CLOSED, EditionState.ARCHIVED):
        raise DomainError("La vente est finie : les caisses ne changent plus.", "count")
    tills = {till.number: till for till in list_tills(edition.id) if not till.training}
    gone = [number for number in tills if number > count]
    kept = sorted(set(gone) & in_use)
    if kept:
        raise DomainError(f"La caisse C{kept[-1]} a déjà servi : gardez-en au moins {kept[-1]}.", "count")
    for number in gone:
        db.session.delete(tills[number])
    for number in range(1, count + 1):
        if number not in tills:
            db.session.add(Till(edition_id=edition.id, number=number))
    if not any(till.training for till in list_tills(edition.id)):
        db.session.add(Till(edition_id=edition.id, number=TRAINING_NUMBER, training=True))
    db.session.flush()
    audit.record("edition.tills_set", f"edition:{edition.id}", actor_id=by_id, count=count)


def _check_draft(edition: Edition, field: str | None, sentence: str) -> None:
    if edition.state is not EditionState.DRAFT:
        raise DomainError(sentence, field)


def _at_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f" (ligne {mark.line + 1})" if mark else ""
