"""A person goes out of every table that the catalogue of personal tables names, in one transaction.

Rows that say who they were are deleted; those that sums and histories stand on stay, without a word of them, on a
contact without a name. What the rows were before goes out of the row history, too, and what the log and other people's
rows call them by. Who does it must own the tables: the history can be altered by nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import F, ForeignKey, Q
from django.utils import timezone

from contacts.models import Contact
from contacts.privacy.people import person_of
from contacts.privacy.suppressing import keep_refusals
from contacts.privacy.sweeping import clean_history, clean_rows, history_of, sweep
from contacts.privacy.tables import Person, PersonalTable, apps_with_personal_data, everybody, personal_tables
from crm.mail.choices import WAITING_STATES, MailState
from crm.models import OutgoingMail, StoredFile

STEP = 2_000
OWN_VERBS = ("erase", "refuse erasure")
NOT_LATE = ("contacts.contactlook",)


@dataclass
class Erasure:
    """What is to be done to whom: the keys of their rows, table by table, read before anything is changed."""

    persons: list[Person]
    keys: list[tuple[PersonalTable, list[Any]]] = field(default_factory=list)
    files: list[int] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        return [key for person in self.persons for key in person.ids]

    def counts(self) -> list[dict[str, Any]]:
        """By table: what it is called, how many rows are erased and how many kept without words."""
        found = []
        for table, keys in self.keys:
            if keys and (table.gone or table.blanks()):
                gone = len(keys) if table.gone else 0
                found.append({"title": table.heading, "gone": gone, "kept": len(keys) - gone})
        return found


def plan_erasure(persons: list[Person]) -> Erasure:
    """Find every row of these people, and the files that nobody else's rows name."""
    erasure = Erasure(persons)
    for table in personal_tables():
        keys = dict.fromkeys(key for person in persons for key in table.rows(person).values_list("pk", flat=True))
        erasure.keys.append((table, list(keys)))
    erasure.files = _files_of(erasure)
    return erasure


def together(plans: list[Erasure]) -> Erasure:
    """Several plans as one: a file that only these people's rows name goes, too."""
    whole = Erasure([person for plan in plans for person in plan.persons])
    for at, (table, _) in enumerate(plans[0].keys):
        whole.keys.append((table, list(dict.fromkeys(key for plan in plans for key in plan.keys[at][1]))))
    whole.files = _files_of(whole)
    return whole


def erase(erasure: Erasure) -> list[str]:
    """Do it, inside the caller's transaction that has locked them (`lock_person`); the names in the storage of the
    files that are to be removed then. What came in between is found by a second look before the end."""
    for person in erasure.persons:
        keep_refusals(person)
    whole = everybody(erasure.persons)
    forgets = [asked(whole) for app in apps_with_personal_data() for asked in app.forgets]
    names = _empty(erasure)
    for forget in forgets:
        forget()
    Contact.objects.filter(pk__in=erasure.ids).update(erased_at=timezone.now())
    histories = _histories(erasure)
    sweep(erasure.persons, [key for _, keys in histories for key in keys])
    _clean(erasure, histories)
    late = _since(erasure)
    names += _empty(late)
    _clean(late, _histories(late, is_late=True))
    return names


def erase_late(persons: list[Person], marks: list[str]) -> tuple[list[list[dict[str, Any]]], list[str]]:
    """Do it again, for what was written since the marks of these persons' erasures; for each the counts by table, and
    the names of files that are to be removed. Inside the caller's transaction, as the owner."""
    whole, names = _plan_late(everybody(persons)), []
    counts: list[list[dict[str, Any]]] = [[] for _ in persons]
    if any(keys for _, keys in whole.keys):
        counts = [_plan_late(person).counts() for person in persons]
        names = _empty(whole)
    oldest = oldest_mark(marks)
    histories = [(table, history_of(table, keys, whole.ids, oldest)) for table, keys in whole.keys]
    sweep(persons, [key for _, keys in histories for key in keys], oldest)
    _clean(whole, histories)
    return counts, names


def _plan_late(person: Person) -> Erasure:
    """The rows that an erased person has all the same. What we say of the erasure itself, and who looked, stays."""
    late = Erasure([person])
    for table in personal_tables():
        rows = table.rows(person).filter(table.unfinished())
        if table.model == "crm.logentry":
            rows = rows.exclude(verb__in=OWN_VERBS)
        keys = [] if table.model in NOT_LATE else list(dict.fromkeys(rows.values_list("pk", flat=True)))
        late.keys.append((table, keys))
    late.files = _files_of(late)
    return late


def oldest_mark(marks: list[str]) -> str:
    """Of several transactions, the oldest; none where one is yet to come: then it is of the database of a backup."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m, min(age(m::xid)) OVER () < 0 FROM unnest(%s::text[]) AS m ORDER BY age(m::xid) DESC LIMIT 1",
            [marks],
        )
        mark, is_foreign = cursor.fetchone()
    return "" if is_foreign else str(mark)


def mark_of_now() -> str:
    """The oldest transaction that may yet write what one that begins now does not see."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text")
        return str(cursor.fetchone()[0])


def erase_rows(rows: list[tuple[PersonalTable, list[Any]]]) -> list[str]:
    """Empty or delete these rows alone, and what they were before; the names of files that are to be removed then.
    Inside the caller's transaction, as the owner. What hangs on a row stands in a table after it."""
    erasure = Erasure([], rows)
    erasure.files = _files_of(erasure)
    names = _release_files(erasure.files)
    for table, keys in reversed(rows):
        _change(table, keys)
    _clean(erasure, _histories(erasure, is_late=True))
    return names


def lock_person(contact: Contact) -> Person:
    """Lock a contact and those that were merged into it, each row alone, and put them away: who asks whether they may
    be written to waits, and hears no. Inside the caller's transaction, before their rows are looked for."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '2min'")
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    first = current.merged_into_id or current.pk
    rows = Contact.objects.select_for_update().filter(Q(pk=first) | Q(merged_into=first)).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    Contact.objects.filter(pk__in=ids, archived_at=None).update(archived_at=timezone.now())
    return person_of(current)


def _empty(erasure: Erasure) -> list[str]:
    """What waits is called back, rows are deleted or emptied; the names of files that are to be removed."""
    mails = next(keys for table, keys in erasure.keys if table.model == "crm.outgoingmail")
    OutgoingMail.objects.filter(pk__in=mails, state__in=WAITING_STATES).update(state=MailState.CANCELLED)
    names = _release_files(erasure.files)
    # highest floor first: what hangs on a row goes before the row
    for table, keys in reversed(erasure.keys):
        for start in range(0, len(keys), STEP):
            _change(table, keys[start : start + STEP])
    for app in apps_with_personal_data():
        for call_back in app.calls_back:
            if erasure.persons:
                call_back(everybody(erasure.persons))
    return names


def _histories(erasure: Erasure, *, is_late: bool = False) -> list[tuple[PersonalTable, list[int]]]:
    """The rows of the history that are theirs, looked for once for each table; of late rows by their keys alone."""
    contacts = [] if is_late else erasure.ids
    tables = [(table, keys) for table, keys in erasure.keys if keys or not is_late]
    return [(table, history_of(table, keys, contacts)) for table, keys in tables]


def _clean(erasure: Erasure, histories: list[tuple[PersonalTable, list[int]]]) -> None:
    for table, ids in histories:
        clean_history(table, ids)
    clean_rows("crm_storedfile", erasure.files, ["name", "sha256"])


def _since(erasure: Erasure) -> Erasure:
    """What was written of them while they were erased (a mail that came in, a ticket)."""
    before = {id(table): set(keys) for table, keys in erasure.keys}
    late = plan_erasure([everybody(erasure.persons)])
    late.persons = erasure.persons
    late.keys = [(table, [key for key in keys if key not in before[id(table)]]) for table, keys in late.keys]
    late.files = [key for key in late.files if key not in erasure.files]
    return late


def _change(table: PersonalTable, keys: list[Any]) -> None:
    rows = table.of._base_manager.filter(pk__in=keys)
    if table.gone:
        rows.delete()
    elif blanks := table.blanks():
        if any(field.name == "version" for field in table.of._meta.concrete_fields):
            blanks["version"] = F("version") + 1  # a form that is open with the words of before is stale
        rows.update(**blanks)


def _file_keys(table: PersonalTable) -> list[Any]:
    fields = table.of._meta.concrete_fields
    return [one for one in fields if isinstance(one, ForeignKey) and one.related_model is StoredFile]


def _files_of(erasure: Erasure) -> list[int]:
    """The files that hang on the rows, but for those that hang on others, too (a price list that went to many)."""
    found: set[int] = set()
    for table, keys in erasure.keys:
        for key in _file_keys(table):
            rows = table.of._base_manager.filter(pk__in=keys).exclude(**{key.name: None})
            found |= set(rows.values_list(key.attname, flat=True))
    for relation in StoredFile._meta.related_objects:
        model: Any = relation.related_model
        mine = [pk for table, keys in erasure.keys if table.of is model for pk in keys]
        name = relation.field.attname
        others = model._base_manager.filter(**{f"{name}__in": found}).exclude(pk__in=mine)
        found -= set(others.values_list(name, flat=True))
    return sorted(found)


def _release_files(keys: list[int]) -> list[str]:
    """The rows of the files lose their names now; the contents go when that is certain."""
    rows = StoredFile.objects.filter(pk__in=keys)
    names = list(rows.filter(removed_at=None).order_by("pk").values_list("file", flat=True))
    rows.update(name="erased", sha256="", removed_at=timezone.now())
    return names


def refuse_without_owner() -> str:
    """Why this process cannot erase, in a sentence; empty where it can: only the owner alters the history."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('crm_rowchange', 'UPDATE')")
        may = cursor.fetchone()[0]
    if may:
        return ""
    return (
        "Only the owner of the tables may alter the history: give the worker CRM_OWNER_DATABASE_URL, then start this"
        " job again."
    )
