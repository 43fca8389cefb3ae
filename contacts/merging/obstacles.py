"""What stands in the way of undoing a merge, in sentences; and what will stay with the contact that was kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from contacts.choices import MergeStep
from contacts.merging.keys import ContactKey, moved_keys
from contacts.models import Contact, ContactMerge
from crm.access import can
from crm.choices import Verb
from crm.field_rights import hides
from crm.models import User
from crm.templatetags.figures import day_and_time, plural

MOST_NAMED = 3


def obstacles_of(merge: ContactMerge, user: User | None) -> list[str]:
    """Everything that has to be taken back first; nothing where the merge can be undone. A record that the person may
    not see is told of without its name, an id that is hidden from them without its value."""
    return [*_later_merges(merge), *_taken_id(merge, user), *_newer_rows(merge, user)]


def what_came_since(merge: ContactMerge) -> list[str]:
    """`2 orders`: the rows that came to the contact after the merge, which stay with it; for whom sees everything."""
    counts: dict[str, int] = {}
    for key in moved_keys():
        if not key.told or key.key != "id":
            continue
        count = _rows_of(key, merge.kept_id).filter(pk__gt=merge.marks.get(key.model, 0)).count()
        if count:
            counts[key.model] = counts.get(key.model, 0) + count
    return [told(model, count) for model, count in counts.items()]


def told(model: str, count: int) -> str:
    """`1 order`, `2 deals`."""
    key = next(key for key in moved_keys() if key.model == model)
    return plural(count, *key.names)


def _later_merges(merge: ContactMerge) -> Iterator[str]:
    kept = Contact.objects.select_related("merged_into").get(pk=merge.kept_id)
    if kept.merged_into is not None:
        yield f"{kept} was itself merged into {kept.merged_into} since: undo that first."
    both = Q(kept=merge.kept_id)
    for later in ContactMerge.objects.filter(both, undone_at=None, pk__gt=merge.pk).order_by("-pk"):
        yield f"{later.gone_name} was merged into {later.kept_name} later ({day_and_time(later.at)}): undo that first."


def _named(user: User | None, record: Any) -> str:
    """A record by its name, or by what kind of record it is, as far as the person may see it."""
    kind = str(record._meta.verbose_name)
    return f"{kind} {record}" if can(user, Verb.VIEW, record) else f"{kind} that you cannot see"


def _taken_id(merge: ContactMerge, user: User | None) -> Iterator[str]:
    is_hidden = hides(user, "contacts.contact.external_id")
    wanted = merge.gone_before["external_id"]
    if wanted is None or wanted == merge.gone_after["external_id"]:
        return
    holder = Contact.objects.filter(external_id=wanted).exclude(pk=merge.gone_id).first()
    is_as_left = holder is not None and holder.pk == merge.kept_id and merge.kept_after["external_id"] == wanted
    if holder is not None and not is_as_left:
        said = "external id" if is_hidden else f"external id {wanted}"
        yield f"The {said} of {merge.gone_name} belongs to the {_named(user, holder)} by now."
    own = merge.kept_before["external_id"]
    other = (
        Contact.objects.filter(external_id=own).exclude(pk__in=(merge.kept_id, merge.gone_id)).first() if own else None
    )
    if other is not None:
        said = "external id" if is_hidden else f"external id {own}"
        yield f"The {said} of {merge.kept_name} belongs to the {_named(user, other)} by now."


def _newer_rows(merge: ContactMerge, user: User | None) -> Iterator[str]:
    """Rows that came to the contact since and belong to one that would go back: an invoice of a moved order."""
    moved: dict[str, list[int]] = {}
    for part in merge.parts.filter(step=MergeStep.MOVED):
        moved.setdefault(part.model, []).extend(part.ids)
    for key in moved_keys():
        for field in key.of._meta.concrete_fields:
            target: Any = field.related_model if field.is_relation else None
            ids = moved.get(target._meta.label_lower) if target not in (None, Contact) else None
            if not ids or key.key != "id":
                continue
            rows = _rows_of(key, merge.kept_id).filter(
                pk__gt=merge.marks.get(key.model, 0), **{f"{field.name}__in": ids}
            )
            for row in rows.order_by("pk")[:MOST_NAMED]:
                named, above = _named(user, row), _named(user, getattr(row, field.name))
                yield (
                    f"{named[0].upper()}{named[1:]} came since and belongs to {above}, which would go back to "
                    f"{merge.gone_name}."
                )


def _rows_of(key: ContactKey, contact_id: int) -> Any:
    rows: Any = key.of._default_manager.filter(**key.where, **{key.field: contact_id})
    return rows
