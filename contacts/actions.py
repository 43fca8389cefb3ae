"""Writes of contacts: make, change, archive, restore, log an interaction. Each is one transaction and one log row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone

from contacts.acquired.actions import set_lists
from contacts.choices import Channel, ContactKind, Direction
from contacts.keeping import refresh_search
from contacts.models import AcquiredList, Address, Contact, ContactPoint, Interaction
from contacts.normalising import normalise_point
from contacts.territories.placing import place_contacts
from crm.company import company_today
from crm.customfields.saving import set_custom, with_defaults
from crm.log import log
from crm.models import User
from crm.notes.mentions import mention
from crm.saving import assign, locked, refuse_lost_sight

ADDRESS_FIELDS = ("street", "postal_code", "city", "region", "country")


@dataclass(frozen=True)
class PointInput:
    """A contact point as somebody typed it."""

    kind: str
    value: str


@transaction.atomic
def create_contact(
    *,
    actor: User | None,
    fields: Mapping[str, Any],
    points: Sequence[PointInput] = (),
    address: Mapping[str, str] | None = None,
    custom: Mapping[str, Any] | None = None,
    lists: Sequence[AcquiredList] | None = None,
) -> Contact:
    """Make a contact of the given model fields, its points (the first of a kind is the main one), its address, and
    valid values of custom fields by key (those that are not named begin with their defaults), and the acquired lists
    that it came with."""
    contact = Contact(**_of_its_kind(fields))
    set_custom(contact, with_defaults("contacts.contact", custom or {}))
    contact.created_on = contact.created_on or company_today()
    contact.save()
    save_points(contact, points, country=(address or {}).get("country", ""))
    save_address(contact, address or {})
    if lists:
        set_lists(contact, lists)
    refresh_search([contact.pk])
    place_contacts([contact.pk])
    refuse_lost_sight(actor, contact)
    log(actor=actor, verb="create", object=contact, contact_id=contact.pk, summary=f"Created {contact.name}")
    return contact


@transaction.atomic
def change_contact(
    *,
    actor: User | None,
    contact: Contact,
    version: int,
    fields: Mapping[str, Any],
    points: Sequence[PointInput] | None = None,
    address: Mapping[str, str] | None = None,
    custom: Mapping[str, Any] | None = None,
    lists: Sequence[AcquiredList] | None = None,
) -> Contact:
    """Change what is given; nothing is written or logged where nothing changed.

    Raises `StaleRecord` when somebody saved the contact after `version` was read.
    """
    current: Contact = locked(contact, version)
    changed = assign(current, _of_its_kind({"kind": current.kind, **fields}))
    changed += set_custom(current, custom or {})
    country = (address or {}).get("country", "")
    if points is not None and save_points(current, points, country=country):
        changed.append("ways to reach them")
    if address is not None and save_address(current, address):
        changed.append("address")
    if lists is not None and set_lists(current, lists):
        changed.append("lists")
    if changed:
        current.version += 1
        current.save()
        refresh_search([current.pk])
        place_contacts([current.pk])
        refuse_lost_sight(actor, current)
        log(
            actor=actor,
            verb="change",
            object=current,
            contact_id=current.pk,
            summary=f"Changed {', '.join(changed)}",
        )
    return current


@transaction.atomic
def archive_contact(*, actor: User | None, contact: Contact) -> None:
    """Take a contact out of the lists; everything that hangs on it stays."""
    if Contact.objects.filter(pk=contact.pk, archived_at=None).update(
        archived_at=timezone.now(), version=F("version") + 1
    ):
        log(actor=actor, verb="archive", object=contact, contact_id=contact.pk, summary=f"Archived {contact.name}")


@transaction.atomic
def restore_contact(*, actor: User | None, contact: Contact) -> None:
    """Bring an archived contact back; of an erased one there is nobody to bring."""
    back = Contact.objects.filter(pk=contact.pk, archived_at__isnull=False, merged_into=None, erased_at=None)
    if back.update(archived_at=None, version=F("version") + 1):
        log(actor=actor, verb="restore", object=contact, contact_id=contact.pk, summary=f"Restored {contact.name}")


@transaction.atomic
def log_interaction(
    *,
    actor: User | None,
    contact: Contact,
    channel: Channel | str,
    subject: str,
    direction: Direction | str = Direction.OUTBOUND,
    body: str = "",
    outcome: str = "",
    duration_seconds: int | None = None,
    occurred_at: dt.datetime | None = None,
    mentioned: Sequence[int] = (),
    is_foreign: bool = False,
    about: Model | None = None,
) -> Interaction:
    """Add one touch to the contact history; `occurred_at` is now unless given and is never in the future.

    `about` is a record of an app above (a deal), on whose history it stands, too. Colleagues who are named by @ in its
    text are told, but where the text is a stranger's (`is_foreign`).
    """
    moment = occurred_at or timezone.now()
    if moment > timezone.now():
        raise ValidationError({"occurred_at": "This lies in the future: an interaction has already happened."})
    interaction = Interaction.objects.create(
        contact=contact,
        channel=channel,
        direction=direction,
        subject=subject,
        body=body,
        outcome=outcome,
        duration_seconds=duration_seconds,
        occurred_at=moment,
        user=actor,
        about_model=about._meta.label_lower if about else "",
        about_id=about.pk if about else None,
    )
    label = Channel(channel).label.lower()
    log(
        actor=actor,
        verb="log",
        object=interaction,
        contact_id=contact.pk,
        summary=f"Logged {label}: {subject}",
    )
    if not is_foreign:
        mention(actor=actor, source=interaction, record=about or contact, text=body, mentioned=mentioned)
    return interaction


def save_points(contact: Contact, points: Iterable[PointInput], *, country: str = "") -> bool:
    """Make the contact's points these, in this order; whether anything changed. Twice the same counts once."""
    wanted: dict[tuple[str, str], str] = {}
    for point in points:
        normalised = normalise_point(point.kind, point.value, country)
        if normalised:
            wanted.setdefault((point.kind, normalised), point.value.strip())
    existing = {(point.kind, point.normalised): point for point in contact.points.all()}
    before = [(point.kind, point.normalised, point.value, point.is_primary) for point in existing.values()]
    main = {kind: (kind, normalised) for kind, normalised in reversed(wanted)}
    after = [(*key, value, main[key[0]] == key) for key, value in wanted.items()]
    if sorted(before) == sorted(after):
        return False
    contact.points.exclude(pk__in=[point.pk for key, point in existing.items() if key in wanted]).delete()
    contact.points.update(is_primary=False)
    for kind, normalised, value, is_primary in after:
        ContactPoint.objects.update_or_create(
            contact=contact, kind=kind, normalised=normalised, defaults={"value": value, "is_primary": is_primary}
        )
    return True


def save_address(contact: Contact, address: Mapping[str, str]) -> bool:
    """Make this the contact's main address (none where every part is empty); whether anything changed."""
    wanted = {name: (address.get(name) or "").strip() for name in ADDRESS_FIELDS}
    current = contact.addresses.filter(is_primary=True).first()
    if not any(wanted.values()):
        return bool(current and current.delete())
    if current and all(getattr(current, name) == value for name, value in wanted.items()):
        return False
    Address.objects.update_or_create(contact=contact, is_primary=True, defaults=wanted)
    return True


def _of_its_kind(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without those that this kind of contact cannot have."""
    kept = dict(fields)
    if kept.get("kind") == ContactKind.ORGANIZATION:
        kept |= {"organization": None, "first_name": "", "last_name": "", "birthday": None}
    else:
        kept |= {"parent": None, "employees": None, "revenue": None}
    return kept
