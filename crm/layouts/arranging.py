"""A stored arrangement held against what there is now, in words, and as a page sends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict

from crm.languages.refusing import refused
from crm.languages.words import Typed
from crm.layouts.places import Block, Item, LayoutPlace

GROUP, ITEM, PANEL, HIDDEN, WIDE = "group", "item", "panel", "hidden", "wide"
MOST_BLOCKS, LONGEST_TITLE = 60, 60


@dataclass(frozen=True)
class Arrangement:
    """`blocks` are shown in their order, `hidden` are not."""

    blocks: tuple[Block, ...]
    hidden: tuple[Item, ...] = ()
    hidden_panels: tuple[Block, ...] = ()

    @property
    def stored(self) -> dict[str, Any]:
        """As the table keeps it."""
        blocks: list[dict[str, Any]] = [
            {"panel": block.panel}
            if block.panel
            else {"title": block.title, "items": [{"name": one.name, "wide": one.is_wide} for one in block.items]}
            for block in self.blocks
        ]
        hidden = [one.name for one in self.hidden] + [f"{PANEL}:{block.panel}" for block in self.hidden_panels]
        return {"blocks": blocks, "hidden": hidden}

    @property
    def in_words(self) -> list[str]:
        """A line for each block, and one for what is not shown."""
        lines = [
            block.title if block.panel else f"{block.title or '–'}: {_listed(block.items)}" for block in self.blocks
        ]
        left = [*(one.label for one in self.hidden), *(block.title for block in self.hidden_panels)]
        return [*lines, f"Not shown: {', '.join(left)}"] if left else lines


def arranged(place: LayoutPlace, stored: Mapping[str, Any] | None) -> Arrangement:
    """What is shown now: names that are gone are passed over, what was made since stands in its shipped block, or in
    one of that name at the end; what is needed is never left out."""
    shipped = place.shipped()
    if stored is None:
        return Arrangement(shipped)
    items = {one.name: one for block in shipped for one in block.items}
    panels = {block.panel: block for block in shipped if block.panel}
    titles = {block.title for block in shipped}
    blocks: list[Block] = []
    for said in stored["blocks"]:
        if "panel" in said:
            if said["panel"] in panels:
                blocks.append(panels.pop(said["panel"]))
            continue
        known = [(items.pop(one["name"]), bool(one.get("wide"))) for one in said["items"] if one["name"] in items]
        title = said["title"] if said["title"] in titles else Typed(said["title"])
        blocks.append(Block(title, tuple(replace(one, is_wide=is_wide) for one, is_wide in known)))
    hidden = [items.pop(name) for name in stored["hidden"] if name in items and not items[name].is_needed]
    hidden_panels = [panels.pop(name) for one in stored["hidden"] if (name := one.removeprefix("panel:")) in panels]
    return Arrangement(_with_new(blocks, shipped, items, panels), tuple(hidden), tuple(hidden_panels))


def read_arrangement(place: LayoutPlace, data: QueryDict) -> Arrangement:
    """What the page of the layout sent: `part` says in order what stands there. Raises ValidationError."""
    items = {one.name: one for block in place.shipped() for one in block.items}
    panels = {block.panel: block for block in place.shipped() if block.panel}
    blocks: list[Block] = []
    hidden: list[Item] = []
    hidden_panels: list[Block] = []
    is_hidden = False
    for part in data.getlist("part"):
        kind, _, rest = part.partition(":")
        name, _, width = rest.partition(":")
        if kind == HIDDEN:
            is_hidden = True
        elif kind == GROUP:
            blocks.append(Block(_title(data.get(f"title-{name}", ""))))
        elif kind == PANEL and name in panels:
            (hidden_panels if is_hidden else blocks).append(panels.pop(name))
        elif kind == ITEM and name in items:
            item = replace(items.pop(name), is_wide=width == WIDE)
            if is_hidden:
                hidden.append(item)
            elif not blocks or blocks[-1].panel:
                raise ValidationError("A field stands outside of all groups.")
            else:
                blocks[-1] = replace(blocks[-1], items=(*blocks[-1].items, item))
    if len(blocks) > MOST_BLOCKS:
        raise refused("At most %(most)s groups, please.", most=MOST_BLOCKS)
    if needed := [one.label for one in hidden if one.is_needed]:
        raise refused("%(needed)s cannot be left out: nothing is saved without it.", needed=", ".join(needed))
    kept = tuple(block for block in blocks if block.items or block.panel)
    return Arrangement(_with_new(kept, place.shipped(), items, panels), tuple(hidden), tuple(hidden_panels))


def _with_new(
    blocks: Iterable[Block], shipped: Sequence[Block], items: Mapping[str, Item], panels: Mapping[str, Block]
) -> tuple[Block, ...]:
    found = list(blocks)
    for block in shipped:
        if block.panel in panels and block.panel:
            found.append(block)
        new = tuple(one for one in block.items if one.name in items)
        at = next((n for n, one in enumerate(found) if not one.panel and one.title == block.title), None)
        if new and at is None:
            found.append(Block(block.title, new))
        elif new and at is not None:
            found[at] = replace(found[at], items=(*found[at].items, *new))
    return tuple(found)


def _title(text: str) -> str:
    title = " ".join(text.replace("\0", "").split())
    if len(title) > LONGEST_TITLE:
        raise refused("A title has at most %(most)s characters.", most=LONGEST_TITLE)
    return title


def _listed(items: Sequence[Item]) -> str:
    return ", ".join(f"{one.label} (wide)" if one.is_wide else one.label for one in items) or "–"
