"""The rules of items and lists, in one place to import from."""

from app.deposits.item_rules import (
    ItemFacts,
    ItemRefused,
    Problem,
    check_item,
    item_problems,
    price_hint,
)
from app.deposits.list_rules import (
    ListLimitReached,
    ListUsage,
    Usage,
    check_list_accepts,
    line_number,
    list_fee_cents,
    list_problems,
    list_usage,
    max_lists,
    order_items,
)

__all__ = [
    "ItemFacts",
    "ItemRefused",
    "ListLimitReached",
    "ListUsage",
    "Problem",
    "Usage",
    "check_item",
    "check_list_accepts",
    "item_problems",
    "line_number",
    "list_fee_cents",
    "list_problems",
    "list_usage",
    "max_lists",
    "order_items",
    "price_hint",
]
