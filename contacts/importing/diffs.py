"""What a dry run of contacts would make of the first rows, field by field: told by the row history, before it goes."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db.models import Exists, OuterRef, Q

from contacts.models import Address, Contact, ContactPoint
from crm.choices import RowOperation
from crm.field_rights import hidden_fields
from crm.importing.folding import RECORDS
from crm.importing.matching import RowDiff
from crm.importing.merging import Merge
from crm.models import RowChange
from crm.past.reading import tell

TABLE = Contact._meta.db_table
PARTS = (ContactPoint._meta.db_table, Address._meta.db_table)
LONGEST = 200
NOT_SAID = ("Normalised",)
Line = tuple[str, str, str]


def contact_diffs(merge: Merge, count: int) -> list[RowDiff]:
    """The first `count` rows that would make or change a contact, with (field, old, new) as the actor may read them."""
    merge.cursor.execute(
        f"SELECT s.first_row, s.contact_id, c.name, s.is_new FROM {RECORDS} s JOIN contacts_contact c"
        " ON c.id = s.contact_id WHERE s.is_new OR s.is_changed ORDER BY s.first_row LIMIT %s",
        [count],
    )
    rows = merge.cursor.fetchall()
    fields = _told_fields(merge, [contact for _, contact, _, is_new in rows if not is_new])
    return [
        RowDiff(row, name[:LONGEST], is_new, [] if is_new else fields.get(contact, []))
        for row, contact, name, is_new in rows
    ]


def _told_fields(merge: Merge, contacts: list[int]) -> dict[int, list[Line]]:
    """What changed in this transaction on these contacts and what hangs on them; by contact."""
    own = Q(table_name=TABLE, row_id__in=contacts) | Q(table_name__in=PARTS, parent_id__in=contacts)
    here = RowChange.objects.filter(at__gte=TransactionNow()).order_by("id")
    found: dict[int, list[Line]] = {}
    for one in tell(list(here.filter(own).exclude(operation=RowOperation.INSERT)), merge.actor):
        is_part = one.change.table_name != TABLE
        contact = one.change.parent_id if is_part else one.row_id
        if contact is not None:
            said = [(field.label, field.before, field.after) for field in one.fields]
            found.setdefault(contact, []).extend(
                ((f"{one.name}: {label}" if is_part else label)[:LONGEST], old[:LONGEST], new[:LONGEST])
                for label, old, new in said
                if not is_part or label not in NOT_SAID
            )
    for contact, label, text in _made_parts(merge, contacts):
        found.setdefault(contact, []).append((label, "", text[:LONGEST]))
    return found


def _made_parts(merge: Merge, contacts: list[int]) -> list[tuple[int, str, str]]:
    """(contact, what it is, its text) of the addresses and points that the rows add."""
    if hidden := hidden_fields(merge.actor, Contact) & {"email", "phone"}:
        points = ContactPoint.objects.exclude(kind__in=hidden)
    else:
        points = ContactPoint.objects.all()
    found = []
    for rows in (points, Address.objects.all()):
        made = RowChange.objects.filter(
            at__gte=TransactionNow(), table_name=rows.model._meta.db_table, operation=RowOperation.INSERT,
            row_id__lte=OuterRef("pk"), last_id__gte=OuterRef("pk"),
        )  # fmt: skip
        new = rows.filter(Exists(made), contact__in=contacts).order_by("pk")
        found += [(one.contact_id, getattr(one, "get_kind_display", lambda: "Address")(), str(one)) for one in new]
    return found
