"""Who was erased, without a word of them: what a restore of an older backup repeats.

A line is a number and a mark. It stands in a table, in files beside the uploads (a restore puts uploads in place and
takes none away), and in every backup. The mark is a hash of the number and the microsecond in which the row was made:
in the database of another company the same number is somebody else, and nobody is erased by chance.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from contacts.models import Contact, ErasedPerson

FOLDER = "erasures"
Line = tuple[int, str]


def mark_of(contact: Contact) -> str:
    """Of a row of contacts, by what never changes in it."""
    return hashlib.sha256(f"{contact.pk}:{contact.created_at.isoformat()}".encode()).hexdigest()


def write_down(contacts: Iterable[Contact]) -> None:
    """That these were erased, in the transaction that erases them."""
    rows = [ErasedPerson(row=one.pk, mark=mark_of(one)) for one in contacts]
    ErasedPerson.objects.bulk_create(rows, ignore_conflicts=True)


def keep_beside_uploads() -> int:
    """Put into a file what stands in the table alone; how many lines. Whoever dies between file and mark writes them
    twice, which does no harm."""
    with transaction.atomic():
        rows = list(ErasedPerson.objects.select_for_update(skip_locked=True).filter(kept_at=None).order_by("pk"))
        if rows:
            text = "".join(f"{line}\n" for line in _as_text((one.row, one.mark) for one in rows))
            default_storage.save(f"{FOLDER}/{uuid.uuid4()}.jsonl", ContentFile(text.encode()))
            ErasedPerson.objects.filter(pk__in=[one.pk for one in rows]).update(kept_at=timezone.now())
    return len(rows)


def known_lines() -> list[str]:
    """Every line that this instance knows, of the table (where there is one) and of the files."""
    lines = set(_in_files())
    if ErasedPerson._meta.db_table in connection.introspection.table_names():
        lines |= set(ErasedPerson.objects.values_list("row", "mark"))
    return _as_text(sorted(lines))


def read_lines(lines: Iterable[str]) -> set[Line]:
    """Lines as they were written. Raises ValueError for anything else."""
    found = set()
    for line in lines:
        if line.strip():
            said = json.loads(line)
            if not isinstance(said, dict) or not isinstance(said.get("row"), int):
                raise ValueError(f"This is no line of erased people: {line[:80]}")
            found.add((said["row"], str(said.get("mark", ""))))
    return found


def to_repeat(lines: set[Line]) -> list[Contact]:
    """The contacts of these lines that stand in this database as if nobody had erased them, each alone or merged only
    with others of these lines: an erasure takes all that are merged."""
    tied = {one.pk for one, _ in merged_with_others(lines)}
    return [one for one in _standing(lines) if one.pk not in tied]


def merged_with_others(lines: set[Line]) -> list[tuple[Contact, list[int]]]:
    """The contacts of these lines that are merged in this database with somebody who was not erased, each with the
    numbers of those: the merge was undone after the backup, and then the one was erased without the other."""
    standing = _standing(lines)
    firsts = {one.merged_into_id or one.pk for one in standing}
    of_family: dict[int, list[int]] = {}
    rows = Contact.objects.filter(Q(pk__in=firsts) | Q(merged_into__in=firsts), erased_at=None).order_by("pk")
    for one in rows.iterator():
        if (one.pk, mark_of(one)) not in lines:
            of_family.setdefault(one.merged_into_id or one.pk, []).append(one.pk)
    found = [(one, of_family.get(one.merged_into_id or one.pk, [])) for one in standing]
    return [(one, others) for one, others in found if others]


def _standing(lines: set[Line]) -> list[Contact]:
    there = Contact.objects.filter(pk__in=dict(lines), erased_at=None).order_by("pk")
    return [one for one in there.iterator() if (one.pk, mark_of(one)) in lines]


def _as_text(lines: Iterable[Line]) -> list[str]:
    return [json.dumps({"row": row, "mark": mark}) for row, mark in lines]


def _in_files() -> set[Line]:
    if not default_storage.exists(FOLDER):
        return set()
    found: set[Line] = set()
    for name in default_storage.listdir(FOLDER)[1]:
        with default_storage.open(f"{FOLDER}/{name}") as file:
            found |= read_lines(file.read().decode().splitlines())
    return found
