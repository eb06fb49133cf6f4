"""The form of one item, as typed on a phone, and the conditions ticked at validation."""

from flask import request
from wtforms import BooleanField, IntegerField, RadioField, StringField
from wtforms.validators import NumberRange, Optional

from app.core.errors import DomainError
from app.core.money import format_amount, parse_euros
from app.deposits.item_rules import ItemFacts, ItemRefused, Problem, item_problems
from app.deposits.models import Item
from app.editions.rulebook import Rulebook
from app.web.forms import Form, refuse

MAX_AGE_MONTHS = 18 * 12
# Where the rules name a fact of the item and the form a field.
FIELDS = {"price_cents": "price", "category": "type"}


def tidy(text: str | None) -> str:
    """One line, single blanks, nothing invisible."""
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split())


class ItemForm(Form):
    """Reads an item; the rulebook decides, so the fields themselves refuse nothing but nonsense."""

    type = StringField("Type d’article", filters=[tidy])
    gender = RadioField("Pour qui", validate_choice=False)
    size = StringField("Taille ou pointure", filters=[tidy])
    price = StringField("Prix", filters=[tidy])
    brand = StringField("Marque", filters=[tidy])
    colour = StringField("Couleur", filters=[tidy])
    description = StringField("Description", filters=[tidy])
    pieces = IntegerField("Pièces", validators=[Optional()])
    max_age_months = IntegerField(
        "Âge", [Optional(), NumberRange(0, MAX_AGE_MONTHS, "Indiquez un âge en mois, par exemple 18.")]
    )
    conforms = BooleanField("Propre, complet et en bon état")
    donate_if_unsold = BooleanField("Donner s’il n’est pas vendu")

    def __init__(self, book: Rulebook, item: Item | None = None, *, typed: bool = False) -> None:
        """`typed`: read what this request sent; otherwise show `item`, or nothing."""
        price = format_amount(item.price_cents) if item else ""
        super().__init__(request.form if typed else None, obj=item, price=price)
        self.book = book
        self.gender.choices = {each.key: each.label for each in book.genders}
        self.gender.data = self.gender.data or ""
        self.price.flags.required = self.size.flags.required = True  # as the labels say; the rules decide

    @property
    def category(self) -> str:
        """Key of the category the chosen type is in; empty while nothing valid is chosen."""
        for category in self.book.categories:
            if any(kind.key == self.type.data for kind in category.types):
                return category.key
        return ""

    def read(self) -> ItemFacts:
        """What was typed, for the services; ItemRefused when it cannot even be read as a price."""
        try:
            price_cents, unreadable = parse_euros(self.price.data or ""), None
        except DomainError as error:
            price_cents, unreadable = self.book.price.min_cents, error.message
        facts = ItemFacts(
            category=self.category,
            type=self.type.data or "",
            gender=self.gender.data or "",
            size=self.size.data or "",
            brand=self.brand.data or "",
            colour=self.colour.data or "",
            description=self.description.data or "",
            price_cents=price_cents,
            pieces=1 if self.pieces.data is None else self.pieces.data,
            max_age_months=self.max_age_months.data,
            conforms=self.conforms.data,
            donate_if_unsold=self.donate_if_unsold.data,
        )
        if unreadable:
            problems = [each for each in item_problems(self.book, facts) if each.field != "price_cents"]
            raise ItemRefused([*problems, Problem("price_cents", unreadable)])
        return facts

    def show(self, refusal: DomainError) -> None:
        """Put each problem beside its field; without a type, say only to choose one."""
        problems = refusal.problems if isinstance(refusal, ItemRefused) else [refusal]
        for problem in problems:
            if problem.field == "category" and any(each.field == "type" for each in problems):
                continue
            field = FIELDS.get(problem.field or "", problem.field)
            if field and field in self:
                self[field].errors = [*self[field].errors, problem.message]
            else:
                refuse(self, DomainError(problem.message))


class ValidationForm(Form):
    """The tick; the version ticked travels with it, so that nobody accepts what they did not see."""

    terms = BooleanField("J’accepte les conditions du dépôt")
