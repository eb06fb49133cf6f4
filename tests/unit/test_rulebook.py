"""The rulebook: defaults, reading, refusals when a manager edits it wrongly."""

import copy
import json

import pytest

from app.core.errors import DomainError
from app.editions.refused_goods import Wearer, find_refusal, months_of_size
from app.editions.rulebook import Audience, Rulebook, Weekday, default_rulebook

BOOK = default_rulebook()


@pytest.fixture
def data() -> dict:
    return copy.deepcopy(BOOK.to_dict())


def test_the_default_rulebook_survives_json():
    assert Rulebook.from_dict(json.loads(json.dumps(BOOK.to_dict()))) == BOOK
    assert Rulebook.stored(BOOK.as_stored) == BOOK


def test_a_stored_rulebook_is_read_once(data):
    assert Rulebook.stored(json.dumps(data)) is Rulebook.stored(json.dumps(copy.deepcopy(data)))


def test_defaults_are_those_of_the_association():
    assert [each.key for each in BOOK.categories] == [
        "clothes",
        "shoes",
        "childcare",
        "toys",
        "books",
        "accessories",
        "other",
    ]
    assert (BOOK.price.min_cents, BOOK.price.step_cents) == (100, 50)
    assert (BOOK.list.max_items, BOOK.list.max_clothes) == (24, 12)
    assert {each.key: each.max_items for each in BOOK.limits} == {
        "manteau-blouson": 1,
        "sac-a-main": 1,
        "foulard": 2,
        "tour-de-lit": 1,
        "peluche": 1,
        "livre-adulte": 5,
    }
    assert {each.label: each.capacity for each in BOOK.slots if not each.kinds} == {
        "Mercredi 9h30-11h30": 20,
        "Mercredi 14h-18h": 40,
        "Mercredi 20h-22h": 20,
        "Jeudi 9h30-12h": 15,
        "Jeudi 17h-21h": 32,
        "Vendredi 9h30-12h": 15,
    }
    assert {each.key for each in BOOK.item_types if each.lot_allowed} == {"body", "grenouillere", "pyjama"}
    assert BOOK.kind("standard").restitution.day.iso == 1
    assert Weekday.SUNDAY.iso == 7


@pytest.mark.parametrize(
    ("number", "colour", "kind"),
    [
        (100, "Bleu ciel", "standard"),
        (199, "Bleu ciel", "standard"),
        (245, "Jaune soleil", "standard"),
        (399, "Fuchsia", "standard"),
        (400, "Lilas", "standard"),
        (555, "Vert menthe", "standard"),
        (699, "Clémentine", "standard"),
        (1000, "Blanc", "1000"),
        (2999, "Groseille", "2000"),
    ],
)
def test_a_list_number_has_a_colour_and_a_kind(number, colour, kind):
    found = BOOK.range_of(number)
    assert (found.colour_name, found.kind) == (colour, kind)


@pytest.mark.parametrize("number", [0, 99, 700, 999, 3000])
def test_a_number_outside_every_range_is_refused(number):
    with pytest.raises(DomainError, match=str(number)):
        BOOK.range_of(number)


def _set(data: dict, path: str, value: object) -> None:
    *parents, last = [int(each) if each.isdigit() else each for each in path.split(".")]
    for each in parents:
        data = data[each]
    data[last] = value


@pytest.mark.parametrize(
    ("path", "value", "sentence", "field"),
    [
        ("price.min_cents", "1", "prix › prix minimum : indiquez un nombre entier", "price.min_cents"),
        ("price.min_cents", True, "prix › prix minimum", "price.min_cents"),
        ("price.min_cents", 1.5, "prix › prix minimum", "price.min_cents"),
        ("price.min_cents", 20_000, "le minimum dépasse", "price.min_cents"),
        ("price.step_cents", 30, "multiple du pas", "price.step_cents"),
        ("price.colour", 1, "le champ « colour » n’existe pas", "price"),
        ("price", [], "un bloc de champs", "price"),
        (
            "categories.0.types.0.label",
            " ",
            "catégories › Vêtements › types › n° 1 › libellé : indiquez un texte",
            "categories.0.types.0.label",
        ),
        ("categories.0.types.1.key", "jupe", "« jupe » figure 2 fois", "categories"),
        ("categories.2.types.0.max_price_cents", 15_025, "Poussette", "categories"),
        ("categories.0.types.0.adult_hint.low_cents", 5000, "Jupe : le prix conseillé", "categories"),
        ("list.max_items", 25, "100 lignes sous un même numéro, 99 au plus", "kinds"),
        ("list.max_clothes", 25, "plus de vêtements que d’articles", "list.max_clothes"),
        ("list.max_description_chars", 101, "entre 10 et 100", "list.max_description_chars"),
        ("kinds.1.max_lists_then", 5, "120 lignes", "kinds"),
        ("kinds.2.number_offset", None, "écart de numéro", "kinds"),
        ("kinds.2.number_offset", 1500, "la plage 2500–3499 manque", "ranges"),
        ("kinds.0.number_policy", "random", "choisissez parmi per_list", "kinds.0.number_policy"),
        ("ranges.1.first", 150, "se chevauchent", "ranges"),
        ("ranges.0.first", 200, "le premier dépasse", "ranges"),
        ("ranges.0.colour_hex", "blue", "« blue » n’a pas la forme attendue", "ranges.0.colour_hex"),
        ("ranges.0.kind", "3000", "« 3000 » n’existe pas", "ranges"),
        ("tariffs.0.kind", "3000", "Tarifs : « 3000 » n’existe pas", "tariffs"),
        ("slots.0.hours.ends", "9h", "indiquez une heure comme", "slots.0.hours.ends"),
        ("slots.0.hours.ends", "08:00", "Mercredi 9h30-11h30 : l’heure de fin", None),
        ("limits.0.types", ["robes"], "« robes » n’existe pas", "limits"),
        ("refused.0.not_in", ["livres"], "« livres » n’existe pas", "refused"),
        ("categories", [], "de 1 à 20 éléments", "categories"),
        ("residents_postcode", "3183", "forme attendue", "residents_postcode"),
        ("refused.0.goods.0.if_adult", "oui", "répondez par oui ou non", "refused.0.goods.0.if_adult"),
    ],
)
def test_a_wrong_rulebook_is_refused_where_it_is_wrong(data, path, value, sentence, field):
    _set(data, path, value)
    with pytest.raises(DomainError) as refused:
        Rulebook.from_dict(data)
    assert sentence in refused.value.message
    assert refused.value.field == field


def test_a_missing_field_is_named(data):
    del data["price"]["step_cents"]
    with pytest.raises(DomainError, match="prix › pas des prix : ce champ manque"):
        Rulebook.from_dict(data)


def test_something_else_than_a_rulebook_is_refused():
    with pytest.raises(DomainError, match="Règlement"):
        Rulebook.from_dict(["no"])


@pytest.mark.parametrize(
    ("typed", "category", "label"),
    [
        ("siège auto", "", "Siège auto"),
        ("Siège-auto groupe 1", "childcare", "Siège auto"),
        ("SIEGES AUTOS", "other", "Siège auto"),
        ("casque", "", "Casque (vélo ou ski)"),
        ("Vélo 16 pouces avec casque", "toys", "Casque (vélo ou ski)"),
        ("casques de vélo", "other", "Casque (vélo ou ski)"),
        ("bombe d’équitation", "other", "Bombe d’équitation"),
        ("rehausseur", "childcare", "Rehausseur"),
        ("lot de biberons", "childcare", "Biberon"),
        ("Pot de bébé", "childcare", "Pot"),
        ("drap plat 60x120", "childcare", "Drap plat de lit bébé"),
        ("DVD Reine des neiges", "toys", "DVD"),
        ("Console de jeu", "toys", "Console de jeu"),
        ("console Switch", "other", "Console de jeu"),
        ("petit meuble", "other", "Meuble"),
        ("encyclopédie en 12 tomes", "books", "Encyclopédie"),
        ("lot de livres adultes", "books", "Lot de livres adultes"),
        ("chaussettes", "clothes", "Chaussettes (sauf ski)"),
        ("Kimono judo", "clothes", "Kimono"),
        ("housse de couette 140", "other", "Linge de lit de 90 cm et plus"),
        ("Cœur en peluche et vaisselle", "toys", "Vaisselle"),
    ],
)
def test_refused_goods_are_found_in_what_is_typed(typed, category, label):
    refusal = find_refusal(BOOK, typed, category)
    assert refusal is not None
    assert refusal.label == label
    assert refusal.reason in refusal.sentence


@pytest.mark.parametrize(
    ("typed", "category"),
    [
        ("Livre sur les casques", "books"),
        ("Mon livre des consoles et DVD", "books"),
        ("casquette rouge", "accessories"),
        ("Vélo vendu sans casque", "toys"),
        ("tee-shirt motif casque", "clothes"),
        ("Playmobil chevalier avec casque", "toys"),
        ("déguisement de pompier, casque et veste", "toys"),
        ("Poussette compatible siège auto", "childcare"),
        ("siège auto pour poupée", "toys"),
        ("robe évasée très commode", "clothes"),
        ("jupe-culotte", "clothes"),
        ("chaussettes de ski", "clothes"),
        ("matelas à langer", "childcare"),
        ("veste croco", "clothes"),
        ("housse de couette bébé 100x140", "childcare"),
        ("robe femme enceinte", "clothes"),
        ("potiron en tissu", "toys"),
        ("", ""),
    ],
)
def test_harmless_words_are_let_through(typed, category):
    assert find_refusal(BOOK, typed, category) is None


@pytest.mark.parametrize(
    ("typed", "wearer", "refused"),
    [
        ("maillot de bain", Wearer(Audience.ADULT), True),
        ("maillot de bain", Wearer(Audience.CHILD), False),
        ("pyjama", Wearer(Audience.CHILD, "16 ans"), True),
        ("pyjama", Wearer(Audience.CHILD, "14 ans"), False),
        ("culotte", Wearer(Audience.CHILD, "18 mois"), False),
        ("culotte", Wearer(Audience.CHILD, "4 ans"), True),
        ("culotte", Wearer(Audience.CHILD, "", 30), True),
        ("crocs", Wearer(Audience.CHILD, "36"), False),
        ("crocs", Wearer(Audience.CHILD, "38/39"), True),
        ("collants", Wearer(Audience.ADULT), True),
        ("collants", Wearer(Audience.CHILD, "6 ans"), False),
    ],
)
def test_some_goods_are_refused_by_who_wears_them(typed, wearer, refused):
    assert (find_refusal(BOOK, typed, "clothes", wearer=wearer) is not None) is refused


@pytest.mark.parametrize(
    ("size", "months"),
    [("4 ans", 48), ("2-4A", 48), ("3/6 mois", 6), ("18M", 18), ("38", None), ("M", None), ("", None)],
)
def test_ages_are_read_in_sizes(size, months):
    assert months_of_size(size) == months
