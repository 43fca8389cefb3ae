"""Two contacts become one, and two again. Each is one transaction and one row of the log."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from psycopg import sql

from contacts.choices import PointKind
from contacts.merging.choosing import CUSTOM, GONE, LABEL, MAIN, MAIN_ADDRESS, chosen_sides, values_for
from contacts.merging.keys import apps_with_keys, moved_keys
from contacts.merging.moving import move, move_back, move_links, remember_flags
from contacts.merging.obstacles import obstacles_of
from contacts.merging.rights import may_merge, refusal
from contacts.models import Address, Contact, ContactMerge, ContactPoint
from contacts.territories.placing import place_contacts
from crm.customfields.definitions import definitions_of
from crm.log import log
from crm.models import JobRun, User
from crm.saving import StaleRecord, refuse_lost_sight

ROW_SQL = "SELECT to_jsonb(c)::text FROM contacts_contact AS c WHERE c.id = %s"
BACK_SQL = sql.SQL("""
UPDATE contacts_contact AS c SET {sets}, version = c.version + 1, updated_at = now()
FROM jsonb_populate_record(NULL::contacts_contact, %s::jsonb) AS was WHERE c.id = %s
""")
# these never go back: who has read the record before must see that it is another one now
FORWARD = ("version", "updated_at")


@transaction.atomic
def merge_contacts(
    *,
    actor: User | None,
    kept: Contact,
    gone: Contact,
    wanted: dict[str, str] | None = None,
    versions: tuple[int, int] | None = None,
    job: JobRun | None = None,
) -> ContactMerge:
    """Let `gone` become `kept`: what hangs on it is moved, and it stays as an archived row that leads there.

    `wanted` says by field (`contacts.merging.choosing`) whose value is taken, kept or gone. Raises `StaleRecord` where
    one of both was saved after `versions` were read, ValidationError where they must not become one.
    """
    rows = {row.pk: row for row in _held(kept.pk, gone.pk)}
    if len(rows) == 2 and versions is not None:
        for pk, version in zip((kept.pk, gone.pk), versions, strict=True):
            if rows[pk].version != version:
                raise StaleRecord(rows[pk])
    if len(rows) < 2 and kept.pk != gone.pk:
        raise ValidationError("One of both is not there any more.")
    kept, gone = rows[kept.pk], rows[gone.pk]
    if sentence := refusal(actor, kept, gone):
        raise ValidationError(sentence)
    if _stands_below(kept, gone) or _stands_below(gone, kept):
        raise ValidationError("One of both stands below the other with an organization between: mend that first.")
    merge = ContactMerge.objects.create(
        kept=kept, gone=gone, kept_name=kept.name, gone_name=gone.name, actor=actor, job=job, marks=_marks(),
        kept_before=_row(kept.pk), gone_before=_row(gone.pk),
    )  # fmt: skip
    sides = chosen_sides(kept, gone, wanted or {})
    _set_fields(kept, gone, sides)
    _call("before", kept.pk, gone.pk)
    _move_everything(merge, sides)
    place_contacts([kept.pk])
    _call("after", kept.pk, gone.pk)
    merge.kept_after, merge.gone_after = _row(kept.pk), _row(gone.pk)
    merge.save()
    refuse_lost_sight(actor, kept)
    summary = f"Merged {gone.name} into {merge.kept_name}"
    log(actor=actor, verb="merge", object=kept, contact_id=kept.pk, summary=summary, job=job)
    return merge


@transaction.atomic
def undo_merge(*, actor: User | None, merge: ContactMerge) -> ContactMerge:
    """Make two of them again: every row that the merge touched is as it was, but for the version and the moment of the
    last change of both contacts, which go on. What came since stays with the one that was kept.

    Raises ValidationError with all that stands in the way. Twice is once.
    """
    current = ContactMerge.objects.select_for_update().get(pk=merge.pk)
    if current.undone_at is not None:
        return current
    held = {row.pk: row for row in _held(current.kept_id, current.gone_id)}
    if not may_merge(actor, held[current.kept_id], held[current.gone_id]):
        raise ValidationError("Undoing needs the right to change both and to remove the one that had gone.")
    if found := obstacles_of(current, actor):
        raise ValidationError(found)
    kept_id, gone_id = current.kept_id, current.gone_id
    _call("undoing", kept_id, gone_id)
    _set_back(current)
    move_back(current)
    _call("after", kept_id, gone_id)
    current.undone_at, current.undone_by = timezone.now(), actor
    current.save(update_fields=["undone_at", "undone_by"])
    summary = f"Took {current.gone_name} out of {current.kept_name} again"
    log(actor=actor, verb="unmerge", object=held[kept_id], contact_id=kept_id, summary=summary)
    log(actor=actor, verb="unmerge", object=held[gone_id], contact_id=gone_id, summary=summary)
    return current


def _held(*keys: int) -> list[Contact]:
    rows = Contact.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    return list(rows)


def _stands_below(one: Contact, other: Contact) -> bool:
    """Whether an organization stands two or more levels below the other: they would stand above themselves."""
    above, levels = one.parent, 0
    while above is not None and levels < 100:
        if above.pk == other.pk:
            return levels > 0
        above, levels = above.parent, levels + 1
    return False


def _row(pk: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(ROW_SQL, [pk])
        (text,) = cursor.fetchone()
    return json.loads(text)


def _marks() -> dict[str, int]:
    """The highest key of every table that names contacts: what has a higher one came after the merge."""
    tables = {key.model: key.table for key in moved_keys() if key.key == "id"}
    parts = [
        sql.SQL("SELECT {}, coalesce(max(id), 0) FROM {}").format(sql.Literal(model), sql.Identifier(table))
        for model, table in tables.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return dict(cursor.fetchall())


def _set_fields(kept: Contact, gone: Contact, sides: dict[str, str]) -> None:
    """The chosen values onto the one that is kept; what may be there once changes over."""
    values = values_for(kept, gone, sides)
    custom, left = dict(kept.custom), dict(gone.custom)
    for one in definitions_of(LABEL):
        if sides[f"{CUSTOM}{one.key}"] == GONE:
            mine, theirs = kept.custom.get(one.key), gone.custom.get(one.key)
            _put(custom, one.key, theirs)
            if one.is_unique:
                _put(left, one.key, mine)
    now, mine, theirs = timezone.now(), kept.external_id, gone.external_id
    takes_id = sides["external_id"] == GONE
    Contact.objects.filter(pk=gone.pk).update(
        merged_into=kept, merged_at=now, archived_at=gone.archived_at or now, custom=left, updated_at=now,
        version=F("version") + 1, **({"external_id": None} if takes_id else {}),
    )  # fmt: skip
    Contact.objects.filter(pk=kept.pk).update(
        **values, custom=custom, updated_at=now, version=F("version") + 1,
        **({"external_id": theirs} if takes_id else {}),
    )  # fmt: skip
    if takes_id and mine:
        Contact.objects.filter(pk=gone.pk).update(external_id=mine)


def _put(values: dict[str, Any], key: str, value: Any) -> None:
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value


def _move_everything(merge: ContactMerge, sides: dict[str, str]) -> None:
    counts: dict[str, int] = {}
    mains = _mains(merge, sides)
    for key in moved_keys():
        count = move(merge, key)
        if key.told and count:
            counts[key.model] = counts.get(key.model, 0) + count
    move_links(merge)
    for model, pk, among in mains:
        rows: Any = model._default_manager.filter(contact=merge.kept_id, **among)
        if not rows.filter(pk=pk, is_primary=False).exists():
            continue
        label = model._meta.label_lower
        remember_flags(
            merge, label, "is_primary", list(rows.filter(is_primary=True).values_list("pk", flat=True)), True
        )
        remember_flags(merge, label, "is_primary", [pk], False)
        rows.update(is_primary=False)
        rows.filter(pk=pk).update(is_primary=True)
    merge.moved = counts


def _mains(merge: ContactMerge, sides: dict[str, str]) -> list[tuple[Any, int, dict[str, str]]]:
    """The points and the address that are to be the main ones: those of the other contact, where somebody chose so or
    there is no other."""
    found: list[tuple[Any, int, dict[str, str]]] = []
    for kind in PointKind.values:
        if sides[f"{MAIN}{kind}"] == GONE:
            point = _main(ContactPoint, merge.gone_id, kind=kind)
            same = (
                point
                and ContactPoint.objects.filter(contact=merge.kept_id, kind=kind, normalised=point.normalised).first()
            )
            if point:
                found.append((ContactPoint, (same or point).pk, {"kind": kind}))
    if sides[MAIN_ADDRESS] == GONE and (address := _main(Address, merge.gone_id)):
        found.append((Address, address.pk, {}))
    return found


def _main(model: Any, contact_id: int, **among: str) -> Any:
    return model._default_manager.filter(contact=contact_id, **among).order_by("-is_primary", "pk").first()


def _set_back(merge: ContactMerge) -> None:
    """The columns of both contacts that the merge changed, as far as nobody has changed them since."""
    gone, kept = merge.gone_before, merge.kept_before
    if merge.gone_after["external_id"] != gone["external_id"]:
        Contact.objects.filter(pk=merge.gone_id).update(external_id=None)
    for pk, before, after in ((merge.kept_id, kept, merge.kept_after), (merge.gone_id, gone, merge.gone_after)):
        now = _row(pk)
        changed = [name for name in before if before[name] != after.get(name) and name not in FORWARD]
        if pk == merge.gone_id:
            now["external_id"] = after["external_id"]
        same = [name for name in changed if now[name] == after[name] and name != "custom"]
        values = {name: before[name] for name in same}
        values["custom"] = _custom_back(before["custom"], after["custom"], now["custom"])
        sets = sql.SQL(", ").join(sql.SQL("{0} = was.{0}").format(sql.Identifier(name)) for name in values)
        with connection.cursor() as cursor:
            cursor.execute(BACK_SQL.format(sets=sets), [json.dumps(values), pk])


def _custom_back(before: dict[str, Any], after: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Custom fields key by key: what was changed since the merge stays."""
    if now == after:
        return before
    result = dict(now)
    for key in {*before, *after}:
        if now.get(key) == after.get(key):
            _put(result, key, before.get(key))
    return result


def _call(name: str, kept: int, gone: int) -> None:
    for app in apps_with_keys():
        for work in getattr(app, name):
            work(kept, gone)
