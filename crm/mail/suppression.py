"""Which addresses get nothing any more: as they are written, or, of erased people, only as what they hash to.

The hash is kept so that an address which comes again, with an import or a bought list, is known as one that said no.
It is not keyed: it must outlive a change of the secret key. Who has the table can try addresses, and read none.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from django.db.models import CharField, Exists, Func, OuterRef, Q, QuerySet
from django.utils import timezone

from crm.mail.choices import SuppressionReason
from crm.models import SuppressedAddress

PREFIX = "sha256:"
SALT = "crm.suppressed:"


class DigestOf(Func):
    """The hash of a normal address or number, computed by the database: as `digest_of` does."""

    template = f"('{PREFIX}' || encode(sha256(convert_to('{SALT}' || %(expressions)s, 'UTF8')), 'hex'))"
    output_field = CharField()


def digest_of(address: str) -> str:
    """`sha256:` and 64 digits, of an address or number in its normal form."""
    return PREFIX + hashlib.sha256(f"{SALT}{address}".encode()).hexdigest()


def closed_addresses() -> QuerySet[SuppressedAddress]:
    """Those that get nothing at all: a no to marketing of somebody erased closes only that."""
    return SuppressedAddress.objects.exclude(reason=SuppressionReason.WITHDRAWN)


def closing(address: str) -> QuerySet[SuppressedAddress]:
    """What closes a normal address; empty where it is open."""
    return closed_addresses().filter(address__in=(address, digest_of(address)))


def closed_among(addresses: Iterable[str]) -> set[str]:
    """Which of these normal addresses get nothing any more."""
    by_digest = {digest_of(one): one for one in addresses}
    found = closed_addresses().filter(address__in=[*by_digest, *by_digest.values()])
    return {by_digest.get(one, one) for one in found.values_list("address", flat=True)}


def is_closed(path: str) -> Q:
    """Whether the normal address at a path of the outer query gets nothing any more. Two questions, each of one equal
    value: PostgreSQL hashes their answers for many rows."""
    rows = closed_addresses()
    as_written, as_hashed = rows.filter(address=OuterRef(path)), rows.filter(address=DigestOf(OuterRef(path)))
    return Q(Exists(as_written)) | Q(Exists(as_hashed))


def refused_among(addresses: Iterable[str]) -> dict[str, dt.datetime]:
    """Which of these normal addresses were of somebody who said no and was erased, and when that was."""
    by_digest = {digest_of(one): one for one in addresses}
    rows = SuppressedAddress.objects.filter(reason=SuppressionReason.WITHDRAWN, address__in=list(by_digest))
    return {by_digest[digest]: at for digest, at in rows.values_list("address", "created_at")}


def keep_digest(address: str, reason: str) -> None:
    """Remember that a normal address or number is closed, without it. A total no is stronger than one to marketing; one
    that is said again counts from now, so that no yes from in between opens the address."""
    found, is_new = SuppressedAddress.objects.get_or_create(address=digest_of(address), defaults={"reason": reason})
    if not is_new:
        stronger = reason if found.reason == SuppressionReason.WITHDRAWN else found.reason
        SuppressedAddress.objects.filter(pk=found.pk).update(reason=stronger, created_at=timezone.now())
