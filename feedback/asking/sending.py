"""Surveys are sent: to a segment as a job, and after a ticket or an order by a look every five minutes.

Whoever sends holds one lock, so that of two surveys at once the second knows whom the first has asked.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from contacts.models import Contact
from crm.company import current_company
from crm.filtering.trees.nodes import TreeProblem
from crm.jobs import JobError, Progress, start_job
from crm.locks import wait_for_word
from crm.log import log
from crm.mail.actions import send_mails
from crm.mail.channels import channel_named
from crm.mail.drafts import Draft, row_of
from crm.models import JobRun, SavedView, User
from feedback.asking.audience import askable, asked_lately, may_be_asked, segment, with_address
from feedback.asking.mails import draft_of, languages_of
from feedback.choices import LeftOut, SurveyState, Trigger
from feedback.models import Invitation, Survey
from orders.models import Order
from service.choices import ENDED
from service.models import Ticket

logger = logging.getLogger(__name__)
T = TypeVar("T")
KIND = "survey"
AT_ONCE = 500
ASK_LOCK = 7332
LATEST = dt.timedelta(days=30)
"""What happened longer ago (and `wait_days`) is not asked about any more."""


@dataclass
class Sent:
    """Who was asked, and why others were not."""

    asked: int = 0
    left: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Occasion:
    """What a contact is asked about: the key that makes it one, and what goes with the answer."""

    contact_id: int
    key: str
    fields: dict[str, Any] = field(default_factory=dict)


def start_sending(*, actor: User, survey: Survey, view: SavedView | None) -> JobRun:
    """Send a survey to the contacts of a saved view, or to all that the person sees, as a job."""
    to = f"to “{view.name}”" if view else "to all contacts"
    parameters = {"survey": survey.pk, "view": view.pk if view else None}
    return start_job(actor=actor, kind=KIND, title=f"“{survey.name}” {to}"[:200], parameters=parameters)


def run_sending(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: each contact is asked once by it, however often it is begun."""
    survey = Survey.objects.filter(pk=job.parameters["survey"], state=SurveyState.OPEN).first()
    if survey is None:
        raise JobError("The survey is not open any more. Nobody was asked.")
    view_id = job.parameters["view"]
    view = SavedView.objects.filter(pk=view_id).first() if view_id else None
    if view_id and view is None:
        raise JobError("The saved view is not there any more. Nobody was asked.")
    try:
        rows = segment(job.actor, view)
    except TreeProblem as problem:
        raise JobError(f"The saved view cannot be read any more: {problem} Nobody was asked.") from problem
    sent = send_survey(survey=survey, rows=rows, key=f"job:{job.pk}", progress=progress)
    summary = f"Sent “{survey.name}” to {sent.asked:,} contacts"
    log(actor=job.actor, verb="send survey", object=survey, summary=summary, job=job)
    left = {LeftOut(reason).label: count for reason, count in sent.left.items()}
    return {"asked": sent.asked, "left": left, "survey": survey.name, "survey_url": survey.get_absolute_url()}


@transaction.atomic
def send_survey(*, survey: Survey, rows: QuerySet[Contact], key: str, progress: Progress) -> Sent:
    """Ask those of the contacts that may be asked; the others are counted by the reason."""
    wait_for_word(ASK_LOCK, "ask")
    sent = Sent()
    chosen, may = rows.count(), may_be_asked(rows).count()
    keys = list(askable(rows, survey).order_by("pk").values_list("pk", flat=True))
    sent.left.update({LeftOut.PERMISSION.value: chosen - may, LeftOut.FATIGUE.value: may - len(keys)})
    for done, some in enumerate(_pieces(keys)):
        progress.report(done * AT_ONCE, len(keys), "Asking")
        _ask(survey, [Occasion(contact_id, key) for contact_id in some], sent)
    progress.report(len(keys), len(keys), "Done")
    sent.left = +sent.left
    return sent


def ask_after_events() -> int:
    """Ask about what happened: every open survey that is sent after tickets or orders. How many were asked."""
    count = 0
    for survey in Survey.objects.filter(state=SurveyState.OPEN, triggers_from__isnull=False).exclude(trigger=""):
        try:
            count += _ask_after(survey)
        except Exception:  # one survey must not hold up the others
            logger.exception("Survey %s could not be sent after what happened", survey.pk)
    return count


@transaction.atomic
def _ask_after(survey: Survey) -> int:
    wait_for_word(ASK_LOCK, "ask")
    sent = Sent()
    for some in _pieces(_occasions(survey)):
        _decide(survey, some, sent)
    if sent.asked:
        summary = f"Asked {sent.asked:,} by “{survey.name}”, after {Trigger(survey.trigger).label.lower()}"
        log(actor=None, verb="send survey", object=survey, summary=summary)
    return sent.asked


def _occasions(survey: Survey) -> Iterator[Occasion]:
    """What happened since the survey was opened, long enough ago, and was not decided on yet."""
    until = timezone.now() - dt.timedelta(days=survey.wait_days)
    since = max(survey.triggers_from or until, until - LATEST)
    decided = Invitation.objects.filter(survey=survey)
    if survey.trigger == Trigger.TICKET:
        solved = Q(state__in=ENDED, solved_at__gt=since, solved_at__lte=until, merged_into=None)
        tickets = Ticket.objects.filter(solved, contact__isnull=False).order_by("solved_at", "pk")
        for one in tickets.exclude(Exists(decided.filter(ticket=OuterRef("pk"))))[: 20 * AT_ONCE]:
            about = {"ticket_id": one.pk, "agent_id": one.owner_id, "product_id": one.product_id}
            yield Occasion(one.contact_id or 0, f"ticket:{one.pk}", about)
        return
    bought = Q(is_purchase=True, ordered_at__gt=since, ordered_at__lte=until, contact__isnull=False)
    orders = Order.objects.filter(bought).exclude(Exists(decided.filter(order=OuterRef("pk"))))
    for order in orders.order_by("ordered_at", "pk").prefetch_related("lines")[: 20 * AT_ONCE]:
        lines = sorted(order.lines.all(), key=lambda line: (-(line.amount or 0), line.pk))
        about = {"order_id": order.pk, "product_id": lines[0].product_id if lines else None}
        yield Occasion(order.contact_id or 0, f"order:{order.pk}", about)


def _decide(survey: Survey, occasions: Sequence[Occasion], sent: Sent) -> None:
    """Ask whom we may; of the others a row says why they were left out, so that nobody asks again."""
    rows = Contact.objects.filter(pk__in={one.contact_id for one in occasions})
    may = set(may_be_asked(rows).values_list("pk", flat=True))
    tired = set(rows.filter(Exists(asked_lately(survey))).values_list("pk", flat=True))
    to_ask, left = [], []
    for one in occasions:
        why = LeftOut.PERMISSION if one.contact_id not in may else LeftOut.FATIGUE if one.contact_id in tired else ""
        if why:
            left.append(_row(survey, one, not_asked=why))
            sent.left[why] += 1
        else:
            to_ask.append(one)
            tired.add(one.contact_id)
    Invitation.objects.bulk_create(left, ignore_conflicts=True)
    _ask(survey, to_ask, sent)


def _ask(survey: Survey, occasions: Iterable[Occasion], sent: Sent) -> None:
    """Write the invitations and their mails; one that cannot be written is left out by itself."""
    found = list(occasions)
    keys = [one.contact_id for one in found]
    contacts = {one.pk: one for one in with_address(Contact.objects.filter(pk__in=keys)).defer("search_text", "custom")}
    rows = []
    for one in found:
        contact = contacts.get(one.contact_id)
        address = getattr(contact, "ask_at", None) or ""
        rows.append(_row(survey, one, address=address, not_asked="" if address else LeftOut.ADDRESS))
    before = set(Invitation.objects.filter(survey=survey, contact__in=keys).values_list("contact_id", "key"))
    new = [row for row in rows if (row.contact_id, row.key) not in before]
    Invitation.objects.bulk_create(new)
    _send([row for row in new if not row.not_asked], contacts, survey, sent)
    sent.left[LeftOut.ADDRESS.value] += sum(row.not_asked == LeftOut.ADDRESS for row in new)


def _send(rows: Sequence[Invitation], contacts: dict[int, Contact], survey: Survey, sent: Sent) -> None:
    company, channel = current_company().name, channel_named()
    first = survey.questions.filter(is_asked=True).exclude(kind="matrix").order_by("position", "pk").first()
    languages = languages_of(rows, survey) if survey.translations else {}
    drafts: list[Draft] = []
    for row in rows:
        row.contact = contacts[row.contact_id]
        try:
            draft = draft_of(row, survey, first, company, languages.get(row.contact_id, ""))
            row_of(draft, actor=None, channel=channel)
        except ValidationError:
            Invitation.objects.filter(pk=row.pk).update(not_asked=LeftOut.ADDRESS)
            sent.left[LeftOut.ADDRESS.value] += 1
            continue
        drafts.append(draft)
    sent.asked += send_mails(actor=None, drafts=drafts)


def _pieces(found: Iterable[T]) -> Iterator[list[T]]:
    """So many at once."""
    rest = iter(found)
    while piece := list(islice(rest, AT_ONCE)):
        yield piece


def _row(survey: Survey, one: Occasion, *, address: str = "", not_asked: str = "") -> Invitation:
    end = timezone.now() + dt.timedelta(days=survey.link_days)
    return Invitation(
        survey=survey, contact_id=one.contact_id, key=one.key, expires_at=end, address=address, not_asked=not_asked,
        **one.fields,
    )  # fmt: skip
