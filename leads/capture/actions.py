"""Writes of capture: the forms of marketers, and what strangers send by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from contacts.choices import ConsentChannel, ConsentLevel, Direction
from contacts.permission.actions import record_consent
from crm.company import current_company
from crm.foreign.strangers import MOST_AN_HOUR, WINDOW, TooMany, place_of
from crm.foreign.tokens import Purpose, make_token, read_token
from crm.locks import wait_for_word
from crm.log import log
from crm.mail.actions import send_mail
from crm.models import User
from crm.saving import assign, locked
from leads.actions import create_lead, log_touch
from leads.allocation.actions import allocate_new
from leads.capture.fields import ASKED, CUSTOM
from leads.choices import SubmissionState
from leads.models import CaptureForm, CaptureSubmission, Lead
from leads.nurturing.actions import enrol_new

CONFIRM_WITHIN = dt.timedelta(days=7)
SUBMIT_LOCK = 7312


@transaction.atomic
def create_form(*, actor: User | None, fields: Mapping[str, Any]) -> CaptureForm:
    """Make a form with an address of its own."""
    form = CaptureForm.objects.create(**fields)
    log(actor=actor, verb="create", object=form, summary=f"New form: {form.name}")
    return form


@transaction.atomic
def change_form(*, actor: User | None, form: CaptureForm, version: int, fields: Mapping[str, Any]) -> CaptureForm:
    """Change what is given; its address stays. Raises `StaleRecord`."""
    current: CaptureForm = locked(form, version)
    if changed := assign(current, fields):
        current.version += 1
        current.save()
        log(actor=actor, verb="change", object=current, summary=f"Changed {', '.join(changed)} of “{current.name}”")
    return current


@transaction.atomic
def take_submission(
    *, form: CaptureForm, values: Mapping[str, Any], utm: Mapping[str, str], has_consent: bool, ip: str
) -> CaptureSubmission:
    """Take what a stranger sent. It becomes a lead, at once or when its address is confirmed; a known person becomes
    a lead of that contact, whose facts and permissions stay as they are. Raises TooMany."""
    digest = place_of(ip)
    _refuse_flood(form, digest)
    submission = CaptureSubmission.objects.create(
        form=form,
        state=SubmissionState.WAITING if form.confirms and values.get("email") else SubmissionState.TAKEN,
        values=dict(values),
        utm=dict(utm),
        has_consent=has_consent,
        wording=form.consent_wording if has_consent else "",
        ip_digest=digest,
    )
    if submission.state == SubmissionState.WAITING:
        _ask_to_confirm(submission)
    else:
        _make_lead(submission)
    return submission


def submission_of(token: str) -> CaptureSubmission | None:
    """The submission that the link of a mail confirms; None for a link that is wrong or too old."""
    found = read_token(Purpose.CONFIRMATION, token)
    if found is None or "submission" not in found:
        return None
    return CaptureSubmission.objects.select_related("form").filter(pk=found["submission"]).first()


@transaction.atomic
def confirm_submission(*, submission: CaptureSubmission) -> CaptureSubmission:
    """The address is theirs: the lead comes in. Doing it twice is doing it once."""
    current = CaptureSubmission.objects.select_for_update().get(pk=submission.pk)
    if current.confirmed_at is not None or current.state == SubmissionState.TAKEN:
        return current
    current.confirmed_at, current.state = timezone.now(), SubmissionState.TAKEN
    current.save(update_fields=["confirmed_at", "state"])
    lead = _make_lead(current)
    if current.has_consent and lead.contact is not None:
        give_consent(current, lead)
    return current


def forget_unconfirmed() -> int:
    """Delete what was sent with an address that nobody confirmed while its link was good; how many."""
    late = CaptureSubmission.objects.filter(
        state=SubmissionState.WAITING, created_at__lt=timezone.now() - CONFIRM_WITHIN
    )
    return late.delete()[0]


def give_consent(submission: CaptureSubmission, lead: Lead) -> None:
    """Write the consent of a submission into the ledger of the lead's contact, word for word."""
    if lead.contact is None or not submission.has_consent:
        return
    record_consent(
        actor=None,
        contact=lead.contact,
        channel=ConsentChannel.EMAIL,
        purpose=submission.form.consent_purpose,
        level=ConsentLevel.DOUBLE_OPT_IN if submission.confirmed_at else ConsentLevel.OPT_IN,
        recorded_at=submission.confirmed_at or submission.created_at,
        source=f"Form “{submission.form.name}”"[:120],
        wording=submission.wording,
        proof=f"submission {submission.pk}",
    )


def _make_lead(submission: CaptureSubmission) -> Lead:
    form, values = submission.form, submission.values
    known = {name: values[name] for name in ASKED if name in values}
    fields = {
        **known,
        **submission.utm,
        "source": form.source,
        "list_kind": form.list_kind,
        "list_name": form.list_name,
        "campaign": form.campaign or submission.utm.get("utm_campaign", ""),
        "product": form.product,
    }
    custom = {name.removeprefix(CUSTOM): value for name, value in values.items() if name.startswith(CUSTOM)}
    lead = create_lead(actor=None, fields=fields, custom=custom)
    submission.lead = lead
    submission.save(update_fields=["lead"])
    log_touch(
        actor=None,
        lead=lead,
        channel="web",
        direction=Direction.INBOUND,
        subject=f"Filled in “{form.title}”",
        body=values.get("message", ""),
    )
    lead = allocate_new(actor=None, lead=lead)
    if form.sequence is not None:
        enrol_new(lead=lead, sequence=form.sequence)
    return lead


def _ask_to_confirm(submission: CaptureSubmission) -> None:
    """The mail holds nothing that the stranger typed: else the form would carry words of anybody to anybody."""
    token = make_token(Purpose.CONFIRMATION, {"submission": submission.pk}, CONFIRM_WITHIN)
    link = f"{settings.CRM_BASE_URL}{reverse('leads:public_confirm', args=[token])}"
    company = current_company().name
    send_mail(
        actor=None,
        kind="at_least_once",
        to=submission.values["email"],
        subject=f"Please confirm: {submission.form.title}",
        text=(
            f"Somebody gave us this address on a form of {company}: “{submission.form.title}”.\n\n"
            f"If that was you, please confirm it here:\n{link}\n\n"
            "If it was not you, do nothing: nobody writes to you, and what was typed there is deleted in a week."
        ),
        key=f"leads-confirm-{submission.pk}",
    )


def _refuse_flood(form: CaptureForm, digest: str) -> None:
    """At most thirty an hour from one place by one form, also where they are sent at once."""
    wait_for_word(SUBMIT_LOCK, f"{form.pk} {digest}")
    since = timezone.now() - WINDOW
    if CaptureSubmission.objects.filter(form=form, ip_digest=digest, created_at__gte=since).count() >= MOST_AN_HOUR:
        raise TooMany
