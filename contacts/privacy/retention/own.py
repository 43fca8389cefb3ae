"""Kinds of data of contacts and of the ground floor whose time can be over."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet

from contacts.choices import BULK_CHANNELS, Act, ConsentLevel, RequestKind
from contacts.models import Consent, ContactLook, Hold, Interaction, PrivacyRequest
from contacts.privacy.retention.holds import is_held_address
from contacts.privacy.retention.kinds import AgedKind, KeptBack, Part, Times
from crm.company import company_today
from crm.incoming.choices import IncomingState
from crm.models import Attachment, IncomingMail, LogEntry, Note, OutgoingMail, RowChange, StoredFile, Task
from crm.past.pruning import prune_some
from crm.tidying import ENDED, empty_files, old_files

BY_ADDRESS = "a hold, by the address"
SIGNING_IN = ("sign in", "sign in failed", "sign out", "change sign-in")


def told_before(before: dt.datetime) -> QuerySet[Interaction]:
    return Interaction.objects.filter(occurred_at__lt=before).exclude(channel__in=BULK_CHANNELS)


def signals_before(before: dt.datetime) -> QuerySet[Interaction]:
    return Interaction.objects.filter(occurred_at__lt=before, channel__in=BULK_CHANNELS)


def looks_before(before: dt.datetime) -> QuerySet[ContactLook]:
    return ContactLook.objects.filter(at__lt=before)


def mails_before(before: dt.datetime) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(state__in=ENDED, created_at__lt=before)


def came_before(before: dt.datetime) -> QuerySet[IncomingMail]:
    return IncomingMail.objects.filter(received_at__lt=before).exclude(state=IncomingState.TAKEN)


def files_before(before: dt.datetime) -> QuerySet[StoredFile]:
    return old_files(before)


def signed_in_before(before: dt.datetime) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(at__lt=before, verb__in=SIGNING_IN, model="crm.user")


def changed_before(before: dt.datetime) -> QuerySet[RowChange]:
    """Of the history, but for who made a row: by it `crm.past.origins` says where a record came from. Nothing of it
    goes while somebody's data are held: the history of what hangs on them cannot be told from other people's."""
    if Hold.objects.standing(company_today()).exists():
        return RowChange.objects.none()
    return RowChange.objects.filter(at__lt=before).exclude(operation="I")


def prune(before: dt.datetime, at_most: int) -> int:
    return 0 if Hold.objects.standing(company_today()).exists() else prune_some(before, at_most)


def _agreed(times: Times) -> QuerySet[Any]:
    """Who gave a consent since then, and did not take it back for good."""
    return Consent.objects.filter(recorded_at__gte=times.before).exclude(level=ConsentLevel.NONE)


def _to_answer(times: Times) -> QuerySet[Any]:
    return PrivacyRequest.objects.filter(done_at=None).exclude(kind=RequestKind.ERASURE)


def _to_do(times: Times) -> QuerySet[Any]:
    return Task.objects.filter(done_at=None)


def _late_tasks(times: Times) -> QuerySet[Any]:
    since = times.before
    return Task.objects.filter(Q(created_at__gte=since) | Q(done_at__gte=since) | Q(due_on__gte=since.date()))


def _late_notes(times: Times) -> QuerySet[Any]:
    return Note.objects.filter(created_at__gte=times.before)


def _late_files(times: Times) -> QuerySet[Any]:
    return Attachment.objects.filter(created_at__gte=times.before)


def _late_mails(times: Times) -> QuerySet[Any]:
    return IncomingMail.objects.filter(received_at__gte=times.before)


KEEPING = (
    KeptBack("a consent of since then", _agreed),
    KeptBack("a request about their data that is to be answered", _to_answer, is_open=True),
    KeptBack("an open task", _to_do, "contact_id", is_open=True),
    KeptBack("a task of since then", _late_tasks, "contact_id"),
    KeptBack("a note of since then", _late_notes, "contact_id"),
    KeptBack("a file of since then", _late_files, "contact_id"),
    KeptBack("a mail from them of since then", _late_mails, "contact_id"),
)
AGES = (
    AgedKind(
        "contacts.interactions",
        "What passed between contacts and us",
        Act.EMPTY,
        60,
        "Subjects and texts of calls, visits, mails and chats go; that there was one, when and how, stays.",
        "contacts.interaction",
        told_before,
        contact="contact",
        words=("subject", "body"),
    ),
    AgedKind(
        "contacts.signals",
        "Opens and clicks in the history",
        Act.DELETE,
        24,
        "Each look at a mail and each visit to a page that another program told us of.",
        "contacts.interaction",
        signals_before,
        contact="contact",
    ),
    AgedKind(
        "contacts.looks",
        "Who looked at whom",
        Act.DELETE,
        24,
        "Which colleague or program opened which contact on which day.",
        "contacts.contactlook",
        looks_before,
        contact="contact_id",
    ),
    AgedKind(
        "crm.mails",
        "Texts of mails that we sent",
        Act.EMPTY,
        24,
        "The house forgets them by CRM_KEEP_MAILS_DAYS anyway; a rule here can be stricter and takes the subject, too.",
        "crm.outgoingmail",
        mails_before,
        contact="contact_id",
        held=((BY_ADDRESS, partial(is_held_address, "recipient")),),
        words=("subject", "text", "html"),
    ),
    AgedKind(
        "crm.incoming",
        "Mails that came in",
        Act.EMPTY,
        24,
        "Subject, text and the bytes as they came; what was made of them is kept by its own rule.",
        "crm.incomingmail",
        came_before,
        contact="contact_id",
        held=(
            (BY_ADDRESS, partial(is_held_address, "from_address")),
            ("a hold, by the address that came back", partial(is_held_address, "bounced_address")),
        ),
        words=("subject", "text", "visible_text"),
        parts=(Part("crm.incomingcontent", "mail"),),
    ),
    AgedKind(
        "crm.files",
        "Files of imports and exports",
        Act.DELETE,
        3,
        "The contents of files that were imported, rejected rows and files of jobs; that there was an import stays.",
        "crm.storedfile",
        files_before,
        run=empty_files,
    ),
    AgedKind(
        "crm.sign_ins",
        "Who signed in and out",
        Act.DELETE,
        12,
        "The rows of the log about sign-ins of colleagues, and attempts that failed.",
        "crm.logentry",
        signed_in_before,
    ),
    AgedKind(
        "crm.history",
        "The history of rows",
        Act.DELETE,
        60,
        "What rows were before each change. Who made a row and when stays. Nothing goes while a hold stands.",
        "crm.rowchange",
        changed_before,
        run=prune,
    ),
)
