"""Which addresses get nothing any more: as they are written, or, of erased people, only as what they hash to.

The hash is kept so that an address which comes again, with an import or a bought list, is known as one that said no.
It is keyed (HMAC-SHA256) by a secret that this database made for itself: who has the list alone cannot try addresses,
and no change of the secret key of the instance loses a no.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import CharField, Exists, Func, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from crm.database.owner import as_owner
from crm.mail.choices import SuppressionReason
from crm.models import RefusalKey, RowChange, SuppressedAddress

PREFIX = "hmac:"
PLAIN_PREFIX = "sha256:"
PLAIN_FORM = f"^{PLAIN_PREFIX}[0-9a-f]{{64}}$"
SALT = "crm.suppressed:"
BLOCK = 64
PLAIN = f"encode(sha256(convert_to('{SALT}' || %(expressions)s, 'UTF8')), 'hex')"
PAD = "(SELECT {} FROM crm_refusalkey WHERE id = 1)"


class DigestOf(Func):
    """The keyed hash of a normal address or number, computed by the database: as `digest_of` does. NULL before the
    first refusal, when there is no key yet."""

    template = (
        f"('{PREFIX}' || encode(sha256({PAD.format('outer_pad')} || "
        f"sha256({PAD.format('inner_pad')} || convert_to({PLAIN}, 'UTF8'))), 'hex'))"
    )
    output_field = CharField()


def digest_of(address: str) -> str:
    """`hmac:` and 64 digits, of an address or number in its normal form; makes the key where there is none."""
    return _digest(refusal_key(), address)


def refusal_key() -> RefusalKey:
    """The secret of this database, made when it is first needed: as the two blocks of HMAC."""
    found = RefusalKey.objects.filter(pk=1).first()
    if found is None:
        secret = secrets.token_bytes(BLOCK)
        pads = {"inner_pad": bytes(one ^ 0x36 for one in secret), "outer_pad": bytes(one ^ 0x5C for one in secret)}
        RefusalKey.objects.bulk_create([RefusalKey(pk=1, **pads)], ignore_conflicts=True)
        found = RefusalKey.objects.get(pk=1)
    return found


def _digest(key: RefusalKey, address: str) -> str:
    return _keyed(key, hashlib.sha256(f"{SALT}{address}".encode()).hexdigest())


def _keyed(key: RefusalKey, plain: str) -> str:
    inner = hashlib.sha256(bytes(key.inner_pad) + plain.encode()).digest()
    return PREFIX + hashlib.sha256(bytes(key.outer_pad) + inner).hexdigest()


def closed_addresses() -> QuerySet[SuppressedAddress]:
    """Those that get nothing at all: a no to marketing of somebody erased closes only that."""
    return SuppressedAddress.objects.exclude(reason=SuppressionReason.WITHDRAWN)


def closing(address: str) -> QuerySet[SuppressedAddress]:
    """What closes a normal address; empty where it is open."""
    return closed_addresses().filter(Q(address=address) | Q(address=DigestOf(Value(address, CharField()))))


def closed_among(addresses: Iterable[str]) -> set[str]:
    """Which of these normal addresses get nothing any more."""
    by_digest = _by_digest(addresses)
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
    by_digest = _by_digest(addresses)
    rows = SuppressedAddress.objects.filter(reason=SuppressionReason.WITHDRAWN, address__in=list(by_digest))
    return {by_digest[digest]: at for digest, at in rows.values_list("address", "created_at")}


def _by_digest(addresses: Iterable[str]) -> dict[str, str]:
    key = refusal_key()
    return {_digest(key, one): one for one in addresses}


def keep_digest(address: str, reason: str) -> None:
    """Remember that a normal address or number is closed, without it. A total no is stronger than one to marketing; one
    that is said again counts from now, so that no yes from in between opens the address."""
    _keep(digest_of(address), reason, timezone.now())


def key_plain_refusals() -> int:
    """Hash once more what a process of the release before, that was still at work after the migration, kept without the
    key: nobody asks for it in that form. What the rows were before goes too, where the owner's role can be had. How
    many."""
    rows = SuppressedAddress.objects.filter(address__regex=PLAIN_FORM)
    if not rows.exists():
        return 0
    with as_owner(), transaction.atomic():
        found = list(rows.select_for_update().order_by("pk"))
        for one in found:
            _keep(_keyed(refusal_key(), one.address.removeprefix(PLAIN_PREFIX)), one.reason, one.created_at)
        keys = [one.pk for one in found]
        rows.filter(pk__in=keys).delete()
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege('crm_rowchange', 'DELETE')")
            if cursor.fetchone()[0]:
                RowChange.objects.filter(table_name=SuppressedAddress._meta.db_table, row_id__in=keys).delete()
    return len(found)


def _keep(digest: str, reason: str, at: dt.datetime) -> None:
    found, is_new = SuppressedAddress.objects.get_or_create(address=digest, defaults={"reason": reason})
    stronger = reason if found.reason == SuppressionReason.WITHDRAWN else found.reason
    since = at if is_new else max(at, found.created_at)
    SuppressedAddress.objects.filter(pk=found.pk).update(reason=stronger, created_at=since)
