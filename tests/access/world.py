"""The world of the access tests: every role, and for each its own, a team-mate's and a stranger's records."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone

from analytics.models import SellAlert
from contacts.models import AcquiredList, Contact, MarketCategory, Responsibility
from crm.agenda.feeds import make_feed
from crm.choices import JobState, Role
from crm.foreign.tokens import Purpose, make_token
from crm.incoming.intake import take_in
from crm.log import log
from crm.mail.actions import send_mail
from crm.mail.choices import MailState
from crm.models import (
    ApiToken,
    Attachment,
    CalendarFeed,
    Company,
    CustomField,
    ImportRun,
    IncomingMail,
    JobRun,
    LogEntry,
    Mailbox,
    MailChannel,
    Note,
    Notice,
    OutgoingMail,
    RowChange,
    SavedView,
    Session,
    StoredFile,
    Task,
    Team,
    Territory,
    User,
)
from leads.models import (
    AllocationRule,
    CallList,
    CaptureForm,
    CaptureSubmission,
    ChecklistItem,
    Intake,
    Lead,
    LeadCost,
    ScoreRule,
)
from orders.models import Invoice, Order, OrderLine, Product, ProductRegistration, Subscription
from pipeline.actions import open_deal
from pipeline.models import Deal, Quote, QuoteLine, Target
from pipeline.quotes.links import token_of
from tests.access.brought import BROUGHT_MAKERS
from tests.access.nurtured import make_enrolment, make_refusal, make_sequence

RELATIONS = ("own", "mate", "stranger")
MONTHS = itertools.count()


@dataclass(frozen=True)
class World:
    """`people` by role; `records[kind][role, relation]` is a record that stands so to the person of that role."""

    people: dict[str, User]
    records: dict[str, dict[tuple[str, str], Any]]


def build_world() -> World:
    """Two teams that do not see each other; in the first one person a role and a mate, in the second a stranger."""
    Company.objects.update_or_create(pk=1, defaults={"name": "Northwind", "currency": "EUR"})
    north, south = Team.objects.create(name="North"), Team.objects.create(name="South")
    people = {role: _person(role, role, north) for role in Role.values}
    mate, stranger = _person("mate", Role.REP, north), _person("stranger", Role.REP, south)
    records: dict[str, dict[tuple[str, str], Any]] = {kind: {} for kind in MAKERS}
    for role, person in people.items():
        for relation, owner in zip(RELATIONS, (person, mate, stranger), strict=True):
            for kind, make in MAKERS.items():
                records[kind][role, relation] = make(owner, f"{role} {relation}")
    call_command("analyze", only="rfm", stdout=StringIO())
    return World(people, records)


def _person(name: str, role: str, team: Team) -> User:
    return User.objects.create_user(
        f"{name}@crm.example", "a long pass phrase", name=name.title(), role=role, team=team
    )


@dataclass(frozen=True)
class Secret:
    """Stands where others have a record: its key in the address is the secret."""

    pk: str


def _contact(owner: User, name: str) -> Contact:
    return Contact.objects.create(name=f"CANARY contact {name}", owner=owner, team=owner.team, sort_name=name)


def _lead(owner: User, name: str) -> Lead:
    return Lead.objects.create(name=f"CANARY lead {name}", owner=owner, team=owner.team, sort_name=name)


def _rule(owner: User, name: str) -> AllocationRule:
    rule = AllocationRule.objects.create(name=f"Rule {name}")
    rule.turns.create(user=owner)
    return rule


def _intake(owner: User, name: str) -> Intake:
    return Intake.objects.get_or_create(user=owner)[0]


def _capture_form(owner: User, name: str) -> CaptureForm:
    asked = [{"name": "email", "label": "E-mail", "required": True}]
    return CaptureForm.objects.create(name=f"CANARY form {name}", title="Write to us", fields=asked)


def _lead_cost(owner: User, name: str) -> LeadCost:
    return LeadCost.objects.create(amount=100, starts_on="2026-01-01", ends_on="2026-01-31", note=f"CANARY cost {name}")


def _target(owner: User, name: str) -> Target:
    year, month = divmod(next(MONTHS), 12)
    return Target.objects.create(user=owner, amount=100, starts_on=dt.date(2000 + year, month + 1, 1), months=1)


def _checklist_item(owner: User, name: str) -> ChecklistItem:
    return ChecklistItem.objects.create(kind="need", text=f"Question {name}")


def _questioned_lead(owner: User, name: str) -> Lead:
    _checklist_item(owner, name)
    return _lead(owner, f"asked {name}")


def _score_rule(owner: User, name: str) -> ScoreRule:
    return ScoreRule.objects.create(name=f"Score {name}", kind="fit", points=5)


def _call_list(owner: User, name: str) -> CallList:
    return CallList.objects.create(name=f"CANARY calls {name}", owner=owner, team=owner.team)


def _form_secret(owner: User, name: str) -> Secret:
    return Secret(_capture_form(owner, f"secret {name}").token)


def _submission_secret(owner: User, name: str) -> Secret:
    form = _capture_form(owner, f"submission {name}")
    sent = CaptureSubmission.objects.create(form=form, state="waiting", values={"email": "a@b.example"}, ip_digest="")
    return Secret(make_token(Purpose.CONFIRMATION, {"submission": sent.pk}, None))


def _product(owner: User, name: str) -> Product:
    return Product.objects.create(name=f"Product {name}", sort_name=name)


def _order(owner: User, name: str) -> Order:
    day = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
    order = Order.objects.create(
        contact=_contact(owner, f"order {name}"),
        ordered_at=day,
        ordered_on=day.date(),
        currency="EUR",
        amount=Decimal(10),
        base_amount=Decimal(10),
        is_purchase=True,
    )
    OrderLine.objects.create(order=order, position=1, quantity=1, amount=Decimal(10))
    return order


def _deal(owner: User, name: str) -> Deal:
    return open_deal(actor=None, fields={"title": f"CANARY deal {name}", "owner": owner, "amount": Decimal(10)})


def _quote(owner: User, name: str, **fields: Any) -> Quote:
    """A draft with its document, so that the walk draws none."""
    number = Quote.objects.count() + 1
    quote = Quote.objects.create(
        contact=_contact(owner, f"quote {name}"), title=f"CANARY quote {name}", owner=owner, team=owner.team,
        number=f"Q-{number}", year=2026, serial=number, currency="EUR", valid_until="2099-12-31", amount=10,
        net_amount=10, document=_file(owner, f"quote {name}"), **fields,
    )  # fmt: skip
    QuoteLine.objects.create(quote=quote, position=1, text="Fitting", quantity=1, unit_price=10, amount=10)
    return quote


def _alert(owner: User, name: str) -> SellAlert:
    fields = {"product": _product(owner, f"offered {name}"), "chance": 0.1, "expected_value": 10, "run_id": 1}
    return SellAlert.objects.create(contact=_contact(owner, f"alert {name}"), kind="up", made_on="2026-03-02", **fields)


def _invoice(owner: User, name: str) -> Invoice:
    return Invoice.objects.create(
        contact=_contact(owner, f"invoice {name}"), number=f"CANARY invoice {name}", issued_on="2026-03-02",
        currency="EUR", amount=10, open_amount=10, base_open_amount=10,
    )  # fmt: skip


def _subscription(owner: User, name: str) -> Subscription:
    contact = _contact(owner, f"subscription {name}")
    return Subscription.objects.create(
        contact=contact, plan=f"CANARY plan {name}", started_on="2026-03-02", currency="EUR"
    )


def _registration(owner: User, name: str) -> ProductRegistration:
    return ProductRegistration.objects.create(
        contact=_contact(owner, f"registration {name}"), product=_product(owner, f"registered {name}"),
        serial=f"CANARY serial {name}", registered_on="2026-03-02",
    )  # fmt: skip


def _job(owner: User, name: str) -> JobRun:
    return JobRun.objects.create(
        kind="analysis", title=f"CANARY job {name}", actor=owner, state=JobState.FAILED, finished_at=timezone.now()
    )


def _file(owner: User, name: str) -> StoredFile:
    stored = StoredFile(name=f"CANARY {name}.csv", owner=owner, size=3)
    stored.file.save("any", ContentFile(b"a,b"), save=True)
    return stored


def _import(owner: User, name: str) -> ImportRun:
    return ImportRun.objects.create(kind="contacts", file=_file(owner, name), actor=owner)


def _mail(owner: User, name: str) -> OutgoingMail:
    mail = send_mail(actor=owner, kind="at_least_once", to="a@b.example", subject=f"CANARY mail {name}", text="Hello.")
    OutgoingMail.objects.filter(pk=mail.pk).update(state=MailState.FAILED)
    return mail


def _incoming(owner: User, name: str) -> IncomingMail:
    raw = f"From: a@b.example\r\nSubject: CANARY letter {name}\r\nMIME-Version: 1.0\r\n".encode()
    raw += b'Content-Type: text/plain; name="a.txt"\r\nContent-Disposition: attachment; filename="a.txt"\r\n\r\nHello.'
    mail, _ = take_in(raw, door="command")
    mail.subject, mail.owner, mail.state, mail.outcome = f"CANARY letter {name}", owner, "done", "kept"
    mail.save()
    return mail


def _mailbox(owner: User, name: str) -> Mailbox:
    return Mailbox.objects.create(name=f"CANARY box {name}", address=f"{name.replace(' ', '.')}@box.example")


def _hook_secret(owner: User, name: str) -> Secret:
    return Secret(_mailbox(owner, f"hook {name}").hook_token)


def _channel(owner: User, name: str) -> MailChannel:
    return MailChannel.objects.create(name=f"CANARY {name}")


def _colleague(owner: User, name: str) -> User:
    return _person(f"colleague.{name.replace(' ', '.')}", Role.REP, owner.team or Team.objects.create(name=name))


def _session(owner: User, name: str) -> Session:
    later = timezone.now() + dt.timedelta(days=1)
    return Session.objects.create(key_hash=f"{owner.pk} {name}", user=owner, expires_at=later, device="Firefox Linux")


def _audit_entry(owner: User, name: str) -> LogEntry:
    return log(actor=owner, verb="change", summary=f"CANARY entry {name}")


def _audit_row(owner: User, name: str) -> RowChange:
    team = Team.objects.create(name=f"CANARY team {name}")
    Team.objects.filter(pk=team.pk).update(name=f"Team {name}")
    return RowChange.objects.get(table_name="crm_team", row_id=team.pk, operation="U")


def _custom_field(owner: User, name: str) -> CustomField:
    return CustomField.objects.create(label=f"CANARY field {name}", key=f"k_{name.replace(' ', '_')}", type="text")


def _token(owner: User, name: str) -> ApiToken:
    return ApiToken.objects.create(user=owner, name=f"CANARY token {name}", hint="crm_", digest=f"digest {name}")


def _territory(owner: User, name: str) -> Territory:
    return Territory.objects.create(name=f"Territory {name}")


def _task(owner: User, name: str) -> Task:
    return Task.objects.create(title=f"CANARY task {name}", owner=owner, maker=owner, due_on="2026-03-02")


def _note(owner: User, name: str) -> Note:
    return Note.objects.create(author=owner, text=f"CANARY note {name}")


def _attachment(owner: User, name: str) -> Attachment:
    return Attachment.objects.create(author=owner, file=_file(owner, name))


def _notice(owner: User, name: str) -> Notice:
    return Notice.objects.create(user=owner, kind="mention", title=f"CANARY notice {name}", url="/", key=name)


def _calendar_link(owner: User, name: str) -> CalendarFeed:
    return CalendarFeed.objects.create(user=owner, name=f"CANARY link {name}", hint="abc", digest=f"digest {name}")


def _calendar_secret(owner: User, name: str) -> Secret:
    return Secret(make_feed(actor=owner, name=name)[1])


def _quote_secret(owner: User, name: str) -> Secret:
    return Secret(token_of(_quote(owner, f"sent {name}", state="sent", sent_on="2026-03-02")))


def _view(owner: User, name: str) -> SavedView:
    return SavedView.objects.create(
        list_name="contacts.contact", name=f"CANARY view {name}", owner=owner, team=owner.team
    )


def _acquired_list(owner: User, name: str) -> AcquiredList:
    return AcquiredList.objects.create(name=f"List {name}")


def _market(owner: User, name: str) -> MarketCategory:
    return MarketCategory.objects.create(key=f"k{MarketCategory.objects.count()}", label=f"Category {name}")


def _responsibility(owner: User, name: str) -> Responsibility:
    return Responsibility.objects.create(owner=owner, field="kind", value=name)


MAKERS = {
    **BROUGHT_MAKERS,
    "alert": _alert,
    "acquired list": _acquired_list,
    "market category": _market,
    "responsibility": _responsibility,
    "saved view": _view,
    "calendar link": _calendar_link,
    "quote": _quote,
    "secret of a quote": _quote_secret,
    "secret of a calendar": _calendar_secret,
    "task": _task,
    "note": _note,
    "attachment": _attachment,
    "notice": _notice,
    "custom field": _custom_field,
    "territory": _territory,
    "person": _colleague,
    "session": _session,
    "audit entry": _audit_entry,
    "audit row": _audit_row,
    "contact": _contact,
    "lead": _lead,
    "sequence": make_sequence,
    "enrolment": make_enrolment,
    "enrolled lead": lambda owner, name: make_enrolment(owner, name).lead,
    "secret of a refusal": lambda owner, name: Secret(make_refusal(owner, name)),
    "lead with a question": _questioned_lead,
    "capture form": _capture_form,
    "call list": _call_list,
    "score rule": _score_rule,
    "checklist item": _checklist_item,
    "lead cost": _lead_cost,
    "target": _target,
    "secret of a form": _form_secret,
    "secret of a submission": _submission_secret,
    "allocation rule": _rule,
    "intake": _intake,
    "product": _product,
    "order": _order,
    "deal": _deal,
    "invoice": _invoice,
    "subscription": _subscription,
    "registration": _registration,
    "job": _job,
    "file": _file,
    "import": _import,
    "mail": _mail,
    "channel": _channel,
    "incoming mail": _incoming,
    "mailbox": _mailbox,
    "secret of a hook": _hook_secret,
    "token": _token,
}
