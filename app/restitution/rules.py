"""What giving back unsold items may undo. Pure."""

from collections.abc import Iterable

from app.deposits.models import Item, ItemState


def settled_by_hand_over(items: Iterable[Item]) -> list[Item]:
    """Of a depositor's items, those the last hand-over settled: what was taken back, and what was given away
    with it.

    What became a donation because nobody came is not among them: that is decided for the whole edition. Who
    had nothing to take back has only donations they wished for.
    """
    items = list(items)
    moments = [item.state_changed_at for item in items if item.state is ItemState.RETURNED]
    if moments:
        return [item for item in items if _is_settled(item) and item.state_changed_at == max(moments)]
    return [item for item in items if item.state is ItemState.DONATED and item.donate_if_unsold]


def _is_settled(item: Item) -> bool:
    return item.state in (ItemState.RETURNED, ItemState.DONATED)
