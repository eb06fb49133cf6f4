"""Items and lists against the default rulebook."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.deposits.item_rules import ItemFacts, ItemRefused, check_item, item_problems
from app.deposits.list_rules import (
    ListLimitReached,
    check_list_accepts,
    line_number,
    list_fee_cents,
    list_problems,
    list_usage,
    order_items,
)
from app.editions.rulebook import default_rulebook

BOOK = default_rulebook()

DRESS = ItemFacts(
    category="clothes",
    type="robe",
    gender="fille",
    size="6 ans",
    brand="",
    colour="rouge",
    description="à pois",
    price_cents=450,
    pieces=1,
    max_age_months=None,
    conforms=True,
    donate_if_unsold=False,
)
PRAM = replace(DRESS, category="childcare", type="poussette", gender="", size="", description="")
BOOKLET = replace(DRESS, category="books", type="livre-adulte", gender="", size="", description="roman")
BODIES = replace(
    DRESS, type="body", size="18 mois", brand="Petit Nuage", description="", pieces=3, max_age_months=18
)


def fields(facts: ItemFacts) -> list[str | None]:
    return [each.field for each in item_problems(BOOK, facts)]


@pytest.mark.parametrize("facts", [DRESS, PRAM, BOOKLET, BODIES])
def test_good_items_are_accepted(facts):
    check_item(BOOK, facts)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": "food"}, "category"),
        ({"type": "fusée"}, "type"),
        ({"type": "peluche"}, "type"),
        ({"gender": ""}, "gender"),
        ({"gender": "martien"}, "gender"),
        ({"size": " "}, "size"),
        ({"size": "x" * 21}, "size"),
        ({"brand": "x" * 41}, "brand"),
        ({"colour": "x" * 31}, "colour"),
        ({"description": "x" * 101}, "description"),
        ({"description": "avec casque"}, "description"),
        ({"price_cents": 99}, "price_cents"),
        ({"price_cents": 0}, "price_cents"),
        ({"price_cents": -50}, "price_cents"),
        ({"price_cents": 125}, "price_cents"),
        ({"price_cents": 15_050}, "price_cents"),
        ({"pieces": 0}, "pieces"),
        ({"pieces": 2}, "pieces"),
        ({"conforms": False}, "conforms"),
    ],
)
def test_each_rule_of_an_item_names_its_field(change, field):
    assert fields(replace(DRESS, **change)) == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"pieces": 4}, "pieces"),
        ({"brand": ""}, "brand"),
        ({"max_age_months": None}, "max_age_months"),
        ({"max_age_months": 37}, "max_age_months"),
        ({"size": "4 ans"}, "max_age_months"),
    ],
)
def test_a_lot_is_three_pieces_of_one_size_and_brand_for_small_children(change, field):
    assert fields(replace(BODIES, **change)) == [field]


def test_a_lot_of_the_greatest_age_is_accepted():
    check_item(BOOK, replace(BODIES, size="36 mois", max_age_months=36))


def test_a_pram_costs_up_to_150_euros():
    check_item(BOOK, replace(PRAM, price_cents=15_000))
    [problem] = item_problems(BOOK, replace(PRAM, price_cents=15_050))
    assert "150,00" in problem.message


def test_a_refused_good_typed_as_type_is_stopped_with_its_reason():
    [problem] = item_problems(BOOK, replace(DRESS, category="childcare", type="siège auto"))
    assert problem.field == "type"
    assert "sécurité" in problem.message


def test_adult_pyjamas_are_refused():
    found = item_problems(BOOK, replace(DRESS, type="pyjama", gender="femme", size="M", description=""))
    assert {each.field for each in found} == {"gender", "type"}


def test_old_childrens_pyjamas_are_refused_by_their_size():
    assert fields(replace(DRESS, type="pyjama", size="16 ans", description="")) == ["type"]


def test_childrens_shoes_stop_at_25():
    shoes = replace(DRESS, category="shoes", type="chaussures-enfant", size="25", description="baskets")
    check_item(BOOK, shoes)
    assert "size" in fields(replace(shoes, size="26"))


def test_dance_slippers_are_not_slippers():
    shoes = replace(
        DRESS, category="shoes", type="chaussons-de-danse", size="33", description="chaussons roses"
    )
    check_item(BOOK, shoes)


def test_every_type_of_the_rulebook_can_be_declared():
    for category in BOOK.categories:
        for kind in category.types:
            audience = kind.audience or "child"
            facts = replace(
                DRESS,
                category=category.key,
                type=kind.key,
                gender="fille" if audience == "child" else "femme",
                size="24" if kind.asks_size else "",
                description="objet bleu",
            )
            assert item_problems(BOOK, facts) == [], kind.label


def test_all_problems_come_at_once_and_the_first_is_raised():
    bad = replace(DRESS, gender="", size="", price_cents=1, conforms=False)
    with pytest.raises(ItemRefused) as refused:
        check_item(BOOK, bad)
    assert [each.field for each in refused.value.problems] == ["gender", "size", "price_cents", "conforms"]
    assert refused.value.field == "gender"


def test_the_25th_item_and_the_13th_garment_do_not_fit():
    check_list_accepts(BOOK, [DRESS] * 11, DRESS)
    with pytest.raises(ListLimitReached, match="Vêtements : 12 au plus"):
        check_list_accepts(BOOK, [DRESS] * 12, DRESS)
    check_list_accepts(BOOK, [DRESS] * 12 + [PRAM] * 11, PRAM)
    with pytest.raises(ListLimitReached, match="24 articles"):
        check_list_accepts(BOOK, [DRESS] * 12 + [PRAM] * 12, PRAM)


def test_coats_and_jackets_share_one_place():
    coat, jacket = replace(DRESS, type="manteau-anorak"), replace(DRESS, type="veste-blouson")
    with pytest.raises(ListLimitReached) as refused:
        check_list_accepts(BOOK, [coat], jacket)
    assert refused.value.field == "type"
    check_list_accepts(BOOK, [coat], DRESS)


def test_a_list_already_over_a_limit_still_takes_other_items():
    coat = replace(DRESS, type="manteau-anorak")
    check_list_accepts(BOOK, [coat, coat], PRAM)


def test_usage_counts_every_limit():
    usage = list_usage(BOOK, [DRESS] * 8 + [BOOKLET] * 5 + [PRAM] * 2)
    assert (usage.items.used, usage.items.limit) == (15, 24)
    assert (usage.clothes.used, usage.clothes.limit) == (8, 12)
    books = next(each for each in usage.limited if each.key == "livre-adulte")
    assert books.is_full
    assert not books.is_over


def test_a_list_is_validated_only_when_all_is_right():
    assert list_problems(BOOK, [DRESS]) == []
    assert [each.message for each in list_problems(BOOK, [])] == ["Ajoutez au moins un article."]
    [count, item] = list_problems(BOOK, [BOOKLET] * 5 + [replace(BOOKLET, price_cents=1)])
    assert "retirez-en 1" in count.message
    assert item.field == "items.5.price_cents"
    assert item.message.startswith("Article 6 (Livre adulte)")


@given(st.lists(st.sampled_from([DRESS, PRAM, BOOKLET, BODIES]), max_size=30))
def test_ordering_follows_categories_and_keeps_the_depositors_order(items):
    keys = [each.key for each in BOOK.categories]
    numbered = [replace(each, colour=str(n)) for n, each in enumerate(items)]
    ordered = order_items(BOOK, numbered)
    positions = [(keys.index(each.category), int(each.colour)) for each in ordered]
    assert positions == sorted(positions)
    assert order_items(BOOK, ordered) == ordered
    assert len(ordered) == len(items)


@pytest.mark.parametrize("kind", ["1000", "2000"])
def test_lines_under_a_shared_number_are_all_different(kind):
    lines = [line_number(BOOK, kind, rank, at) for rank in range(1, 5) for at in range(1, 25)]
    assert lines == list(range(1, 97))


def test_lines_of_standard_lists_start_again():
    assert line_number(BOOK, "standard", 2, 1) == 1
    with pytest.raises(ValueError, match="position 25"):
        line_number(BOOK, "standard", 1, 25)
    with pytest.raises(ValueError, match="rank 3"):
        line_number(BOOK, "standard", 3, 1)


@pytest.mark.parametrize(
    ("kind", "fees"),
    [("standard", [0, 0, 0, 0, 0]), ("1000", [0, 100, 200, 300, 400]), ("2000", [0, 500, 500, 1000, 1000])],
)
def test_fees_taken_from_the_payout(kind, fees):
    assert [list_fee_cents(BOOK, kind, lists) for lists in range(5)] == fees


def test_the_standard_fee_is_paid_when_registering():
    assert BOOK.kind("standard").registration_fee_cents == 500
