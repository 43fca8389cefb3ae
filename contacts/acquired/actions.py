"""Writes of acquired lists, and who stands on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from contacts.models import AcquiredList, Contact, ListedContact
from crm.log import log
from crm.models import User
from crm.saving import assign, locked


@transaction.atomic
def create_acquired_list(*, actor: User | None, fields: Mapping[str, Any]) -> AcquiredList:
    """Write a list down; its names come by an import or on the form of a contact."""
    acquired = AcquiredList.objects.create(**fields)
    log(actor=actor, verb="create", object=acquired, summary=f"Wrote down the list {acquired}"[:300])
    return acquired


@transaction.atomic
def change_acquired_list(
    *, actor: User | None, acquired: AcquiredList, version: int, fields: Mapping[str, Any]
) -> AcquiredList:
    """Change what is given. Raises `StaleRecord` as every change does."""
    current: AcquiredList = locked(acquired, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        summary = f"Changed {', '.join(changed)} of the list {current}"[:300]
        log(actor=actor, verb="change", object=current, summary=summary)
    return current


@transaction.atomic
def remove_acquired_list(*, actor: User | None, acquired: AcquiredList) -> None:
    """Forget a list; its contacts stay, without their word of where they came from."""
    log(actor=actor, verb="delete", object=acquired, summary=f"Removed the list {acquired}"[:300])
    acquired.delete()


def set_lists(contact: Contact, lists: Iterable[AcquiredList]) -> bool:
    """Make these the lists that a contact stands on; whether anything changed."""
    wanted = {one.pk for one in lists}
    there = set(contact.listings.values_list("acquired_list_id", flat=True))
    contact.listings.filter(acquired_list__in=there - wanted).delete()
    ListedContact.objects.bulk_create(
        ListedContact(contact=contact, acquired_list_id=key) for key in sorted(wanted - there)
    )
    return wanted != there
