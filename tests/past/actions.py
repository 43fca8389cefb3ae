"""Every action of the product with what it takes: for tests that must hold for each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile

from analytics import actions as analytics
from analytics.models import RfmSegment, UsageLevel
from contacts import actions as contacts
from contacts.acquired import actions as acquired
from contacts.markets import actions as markets
from contacts.permission import actions as permission
from contacts.relations import actions as relations
from contacts.responsibility import actions as responsibility
from crm import actions as floor
from crm import jobs
from crm.accounts import actions as accounts
from crm.agenda import actions as agenda
from crm.choices import JobState, Role
from crm.customfields import actions as customfields
from crm.foreign.tokens import Purpose, make_token
from crm.layouts import actions as layouts
from crm.layouts.places import places
from crm.layouts.reading import inherited
from crm.models import Attachment, JobRun, Note, StoredFile, Task
from crm.notes import actions as notes
from crm.rest import actions as rest
from crm.saved_views import actions as saved_views
from orders import actions as orders
from orders.loyalty import actions as loyalty
from pipeline import actions as deals
from pipeline.models import Stage, Target
from tests.factories import make_contact, make_deal, make_order, make_pipeline, make_product, make_user
from tests.past.alert_actions import ALERT_ACTIONS, ALERT_MODULES
from tests.past.campaign_actions import CAMPAIGN_ACTIONS, CAMPAIGN_MODULES, CAMPAIGN_NOT_ALONE
from tests.past.contact_actions import CONTACT_ACTIONS
from tests.past.dashboard_actions import DASHBOARD_ACTIONS, DASHBOARD_MODULES, DASHBOARD_NOT_ALONE
from tests.past.duplicate_actions import DUPLICATE_ACTIONS, DUPLICATE_MODULES
from tests.past.feedback_actions import FEEDBACK_ACTIONS, FEEDBACK_MODULES, FEEDBACK_NOT_ALONE
from tests.past.initiative_actions import INITIATIVE_ACTIONS, INITIATIVE_MODULES
from tests.past.lead_actions import LEAD_ACTIONS, LEAD_MODULES, LEAD_NOT_ALONE
from tests.past.mail_actions import MAIL_ACTIONS, MAIL_MODULES
from tests.past.portfolio_actions import PORTFOLIO_ACTIONS, PORTFOLIO_MODULES, PORTFOLIO_NOT_ALONE
from tests.past.privacy_actions import PRIVACY_ACTIONS, PRIVACY_MODULES, PRIVACY_NOT_ALONE
from tests.past.quote_actions import QUOTE_ACTIONS, QUOTE_MODULES
from tests.past.remedy_actions import REMEDY_ACTIONS, REMEDY_MODULES, REMEDY_NOT_ALONE
from tests.past.report_actions import REPORT_ACTIONS, REPORT_MODULES
from tests.past.sales_actions import SALES_ACTIONS, SALES_MODULES
from tests.past.setting_actions import SETTING_ACTIONS, SETTING_MODULES
from tests.past.ticket_actions import TICKET_ACTIONS, TICKET_MODULES, TICKET_NOT_ALONE

MODULES = (
    agenda,
    notes,
    analytics,
    contacts,
    permission,
    relations,
    acquired,
    markets,
    responsibility,
    floor,
    accounts,
    customfields,
    layouts,
    *MAIL_MODULES,
    rest,
    saved_views,
    orders,
    deals,
    *LEAD_MODULES,
    *SALES_MODULES,
    *QUOTE_MODULES,
    *ALERT_MODULES,
    *DASHBOARD_MODULES,
    *DUPLICATE_MODULES,
    *INITIATIVE_MODULES,
    *PORTFOLIO_MODULES,
    *PRIVACY_MODULES,
    *TICKET_MODULES,
    *REMEDY_MODULES,
    *REPORT_MODULES,
    *SETTING_MODULES,
    *CAMPAIGN_MODULES,
    *FEEDBACK_MODULES,
)
LINES = [orders.LineInput(quantity=Decimal(2), unit_price=Decimal(5))]
SHOWN: dict[str, Any] = {"filter": {"version": 1, "where": None}, "words": "", "columns": ["name"], "sort": "name"}
MOMENT = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
# parts of other actions, reads, and what has one statement to write
NOT_ALONE = {
    "save_points", "save_address", "is_set_up", "name_from_email", "ring", "answer_password_requests",
    "request_password", "keep_look", "set_up_company", "hold_waiting_mails", "note_sign_in_change", "end_session",
    "add_fields", "save_profile", "hold_segments", "keep_draft", "drop_draft", "draft_of", "hold_layout", "whom",
    "default_pipeline", "set_lists", "returnable", "hook_secret", "try_mailbox", "seal_passwords_anew",
    *PRIVACY_NOT_ALONE,
    *PORTFOLIO_NOT_ALONE,
    *DASHBOARD_NOT_ALONE,
} | LEAD_NOT_ALONE | TICKET_NOT_ALONE | REMEDY_NOT_ALONE | CAMPAIGN_NOT_ALONE | FEEDBACK_NOT_ALONE  # fmt: skip


def _job(state: str) -> JobRun:
    return JobRun.objects.create(kind="analysis", title="A job", state=state)


def _segments() -> list[dict[str, Any]]:
    fields = [field.name for field in RfmSegment._meta.concrete_fields]
    rows = [dict(row) for row in RfmSegment.objects.values(*fields)]
    rows[0]["name"] = "Another name"
    return rows


def _pool() -> dict[str, Any]:
    return {"name": "Calls", "driver": "calls", "rate": Decimal(6), "annual_amount": None, "position": 1}


def _levels() -> dict[str, tuple[int | None, str]]:
    return {level.level: (level.share, f"{level.message} Always.") for level in UsageLevel.objects.all()}


def _factor() -> Authenticator:
    sealed = make_token(Purpose.SECOND_FACTOR, {"text": "a secret"}, None)
    return Authenticator.objects.create(user=make_user(), type=Authenticator.Type.TOTP, data={"secret": sealed})


def _task(**fields: Any) -> Task:
    return Task.objects.create(title="Call back", due_on=MOMENT.date(), **fields)


def _member() -> Any:
    member = loyalty.enrol_member(actor=None, contact=make_contact())
    loyalty.adjust_points(actor=None, member=member, points=10, note="Welcome")
    return member


def _field() -> Any:
    fields = {"label": "Size", "type": "text"}
    return customfields.create_field(actor=None, model="contacts.contact", fields=fields)


# name: called with who acts, it prepares and gives back the call itself
ACTIONS: dict[str, Callable[[Any], Callable[[], Any]]] = {
    **LEAD_ACTIONS,
    **SALES_ACTIONS,
    **QUOTE_ACTIONS,
    **ALERT_ACTIONS,
    **DASHBOARD_ACTIONS,
    **MAIL_ACTIONS,
    **DUPLICATE_ACTIONS,
    **INITIATIVE_ACTIONS,
    **PORTFOLIO_ACTIONS,
    **PRIVACY_ACTIONS,
    **CONTACT_ACTIONS,
    **TICKET_ACTIONS,
    **REMEDY_ACTIONS,
    **REPORT_ACTIONS,
    **SETTING_ACTIONS,
    **CAMPAIGN_ACTIONS,
    **FEEDBACK_ACTIONS,
    "create_contact": lambda actor: (
        lambda: contacts.create_contact(
            actor=actor,
            fields={"name": "Grace"},
            points=[contacts.PointInput("email", "g@example.org")],
            address={"city": "Oslo"},
        )
    ),
    "change_contact": lambda actor: _on(
        make_contact(emails=("old@example.org",)),
        lambda contact: contacts.change_contact(
            actor=actor,
            contact=contact,
            version=contact.version,
            fields={"industry": "Steel"},
            points=[contacts.PointInput("email", "new@example.org")],
            address={"city": "Oslo"},
        ),
    ),
    "archive_contact": lambda actor: _on(
        make_contact(), lambda contact: contacts.archive_contact(actor=actor, contact=contact)
    ),
    "restore_contact": lambda actor: _on(
        make_contact(archived_at=MOMENT), lambda contact: contacts.restore_contact(actor=actor, contact=contact)
    ),
    "log_interaction": lambda actor: _on(
        make_contact(),
        lambda contact: contacts.log_interaction(actor=actor, contact=contact, channel="phone", subject="Called"),
    ),
    "record_consent": lambda actor: _on(
        make_contact(),
        lambda contact: permission.record_consent(
            actor=actor, contact=contact, channel="email", purpose="marketing", level=2
        ),
    ),
    "relate": lambda actor: _on(
        (make_contact(), make_contact()),
        lambda pair: relations.relate(actor=actor, contact=pair[0], kind="partner", other=pair[1]),
    ),
    "end_relation": lambda actor: _on(
        relations.relate(actor=None, contact=make_contact(), kind="partner", other=make_contact()),
        lambda relation: relations.end_relation(actor=actor, relation=relation),
    ),
    "create_task": lambda actor: lambda: agenda.create_task(actor=actor, fields={"title": "Call back"}),
    "change_task": lambda actor: _on(
        _task(), lambda task: agenda.change_task(actor=actor, task=task, version=1, fields={"title": "Another"})
    ),
    "complete_task": lambda actor: _on(_task(), lambda task: agenda.complete_task(actor=actor, task=task)),
    "reopen_task": lambda actor: _on(_task(done_at=MOMENT), lambda task: agenda.reopen_task(actor=actor, task=task)),
    "snooze_task": lambda actor: _on(
        _task(), lambda task: agenda.snooze_task(actor=actor, task=task, until=dt.date(2099, 1, 1))
    ),
    "delete_task": lambda actor: _on(_task(), lambda task: agenda.delete_task(actor=actor, task=task)),
    "add_note": lambda actor: _on(
        make_contact(), lambda contact: notes.add_note(actor=actor, record=contact, text="Likes oak")
    ),
    "delete_note": lambda actor: _on(
        Note.objects.create(text="Likes oak"), lambda note: notes.delete_note(actor=actor, note=note)
    ),
    "attach_file": lambda actor: _on(
        make_contact(),
        lambda contact: notes.attach_file(actor=actor, record=contact, upload=SimpleUploadedFile("a.txt", b"Words")),
    ),
    "remove_attachment": lambda actor: _on(
        Attachment.objects.create(file=StoredFile.objects.create(name="a.txt")),
        lambda attachment: notes.remove_attachment(actor=actor, attachment=attachment),
    ),
    "enrol_member": lambda actor: _on(
        make_contact(), lambda contact: loyalty.enrol_member(actor=actor, contact=contact)
    ),
    "spend_points": lambda actor: _on(
        _member(), lambda member: loyalty.spend_points(actor=actor, member=member, points=3, note="A mug")
    ),
    "adjust_points": lambda actor: _on(
        _member(), lambda member: loyalty.adjust_points(actor=actor, member=member, points=3, note="Welcome")
    ),
    "create_order": lambda actor: _on(
        make_contact(),
        lambda contact: orders.create_order(
            actor=actor, fields={"contact": contact, "ordered_at": MOMENT, "currency": "EUR"}, lines=LINES
        ),
    ),
    "change_order": lambda actor: _on(
        make_order(make_contact()),
        lambda order: orders.change_order(
            actor=actor, order=order, version=orders.order_version(order), fields={"number": "9"}, lines=LINES
        ),
    ),
    "create_product": lambda actor: lambda: orders.create_product(actor=actor, fields={"name": "Lamp"}),
    "change_product": lambda actor: _on(
        make_product(),
        lambda product: orders.change_product(
            actor=actor, product=product, version=product.version, fields={"name": "Lamp 2"}
        ),
    ),
    "archive_product": lambda actor: _on(
        make_product(), lambda product: orders.archive_product(actor=actor, product=product)
    ),
    "restore_product": lambda actor: _on(
        make_product(archived_at=MOMENT), lambda product: orders.restore_product(actor=actor, product=product)
    ),
    "make_ready_pipeline": lambda actor: lambda: deals.make_ready_pipeline(actor=actor, key="saas"),
    "create_pipeline": lambda actor: lambda: deals.create_pipeline(actor=actor, name="Cars", stages=["Wish"]),
    "change_pipeline": lambda actor: _on(
        make_pipeline(), lambda one: deals.change_pipeline(actor=actor, pipeline=one, fields={"name": "Cars"})
    ),
    "save_stage": lambda actor: _on(
        make_pipeline().stages.first(),
        lambda stage: deals.save_stage(actor=actor, stage=stage, fields={"probability": 20}),
    ),
    "remove_stage": lambda actor: _on(
        make_pipeline().stages.first(), lambda stage: deals.remove_stage(actor=actor, stage=stage)
    ),
    "open_deal": lambda actor: _on(
        make_pipeline(), lambda pipeline: deals.open_deal(actor=actor, fields={"title": "Frames", "pipeline": pipeline})
    ),
    "change_deal": lambda actor: _on(
        make_deal(), lambda deal: deals.change_deal(actor=actor, deal=deal, version=1, fields={"title": "Frames"})
    ),
    "move_deal": lambda actor: _on(
        make_deal(),
        lambda deal: deals.move_deal(actor=actor, deal=deal, version=1, stage=Stage.objects.get(name="Second")),
    ),
    "tick": lambda actor: _on(_ticking(), lambda deal: deals.tick(actor=actor, deal=deal, line="Asked", is_done=True)),
    "set_target": lambda actor: (
        lambda: deals.set_target(actor=actor, fields={"starts_on": MOMENT.date().replace(day=1), "amount": 100})
    ),
    "change_target": lambda actor: _on(
        Target.objects.create(starts_on="2026-01-01", amount=100),
        lambda target: deals.change_target(actor=actor, target=target, version=1, fields={"amount": 200}),
    ),
    "remove_target": lambda actor: _on(
        Target.objects.create(starts_on="2026-01-01", amount=100),
        lambda target: deals.remove_target(actor=actor, target=target),
    ),
    "archive_deal": lambda actor: _on(make_deal(), lambda deal: deals.archive_deal(actor=actor, deal=deal)),
    "restore_deal": lambda actor: _on(
        make_deal(archived_at=MOMENT), lambda deal: deals.restore_deal(actor=actor, deal=deal)
    ),
    "allow_feature": lambda actor: lambda: analytics.allow_feature(actor=actor, name="closed", label="Closed"),
    "refuse_feature": lambda actor: _on(
        _allowed(), lambda name: analytics.refuse_feature(actor=actor, name=name, label="Closed")
    ),
    "save_usage_levels": lambda actor: _on(
        _levels(), lambda levels: analytics.save_usage_levels(actor=actor, levels=levels)
    ),
    "seal_factors_anew": lambda actor: _on(_factor(), lambda _: accounts.seal_factors_anew(actor=actor)),
    "save_pools": lambda actor: lambda: analytics.save_pools(actor=actor, rows=[_pool()]),
    "save_segments": lambda actor: _on(_segments(), lambda rows: analytics.save_segments(actor=actor, rows=rows)),
    "save_user": lambda actor: lambda: floor.save_user(actor=actor, email="n@example.org", role=Role.REP, team="New"),
    "invite_person": lambda actor: (
        lambda: accounts.invite_person(actor=actor, email="i@example.org", name="Ida", role=Role.REP)
    ),
    "invite": lambda actor: _on(make_user(), lambda user: accounts.invite(actor=actor, user=user)),
    "end_sessions": lambda actor: _on(_signed_in_user(), lambda user: accounts.end_sessions(actor=actor, user=user)),
    "change_password": lambda actor: _on(
        make_user(), lambda user: accounts.change_password(actor=actor, user=user, password="a long pass phrase")
    ),
    "remove_second_factors": lambda actor: _on(
        make_user(), lambda user: accounts.remove_second_factors(actor=actor, user=user)
    ),
    "create_field": lambda actor: _field,
    "change_field": lambda actor: _on(
        _field(), lambda field: customfields.change_field(actor=actor, field=field, fields={"label": "Height"})
    ),
    "delete_field": lambda actor: _on(_field(), lambda field: customfields.delete_field(actor=actor, field=field)),
    "set_layout": lambda actor: lambda: _layout(actor),
    "reset_layout": lambda actor: _on(
        _layout(actor), lambda place: layouts.reset_layout(actor=actor, place=place, role="rep")
    ),
    "issue_token": lambda actor: lambda: rest.issue_token(actor=actor, name="A script", scopes=["contacts:read"]),
    "revoke_token": lambda actor: _on(
        rest.issue_token(actor=actor, name="A script", scopes=["contacts:read"]),
        lambda made: rest.revoke_token(actor=actor, token=made[0] if isinstance(made, tuple) else made),
    ),
    "create_view": lambda actor: lambda: _view(actor),
    "change_view": lambda actor: _on(
        _view(actor),
        lambda view: saved_views.change_view(actor=actor, view=view, version=1, fields={"name": "Other"}),
    ),
    "keep_shown": lambda actor: _on(
        _view(actor),
        lambda view: saved_views.keep_shown(actor=actor, view=view, version=1, shown=SHOWN | {"words": "x"}),
    ),
    "move_view": lambda actor: _on([_view(actor), _view(actor)], lambda views: _move(actor, *views)),
    "delete_view": lambda actor: _on(_view(actor), lambda view: saved_views.delete_view(actor=actor, view=view)),
    "start_job": lambda actor: lambda: jobs.start_job(actor=actor, kind="analysis", title="A job"),
    "request_cancel": lambda actor: _on(_job(JobState.WAITING), lambda job: jobs.request_cancel(actor=actor, job=job)),
    "retry_job": lambda actor: _on(_job(JobState.FAILED), lambda job: jobs.retry_job(actor=actor, job=job)),
}


def _ticking() -> Any:
    deal = make_deal()
    Stage.objects.filter(pk=deal.stage_id).update(checklist=["Asked"])
    return deal


def _view(actor: Any) -> Any:
    return saved_views.create_view(actor=actor, label="contacts.contact", shown=SHOWN, fields={"name": "Mine"})


def _move(actor: Any, _: Any, view: Any) -> Any:
    return saved_views.move_view(actor=actor, view=view, is_up=True)


def _layout(actor: Any) -> Any:
    place = places()["contacts.contact:form"]
    layouts.set_layout(actor=actor, place=place, role="rep", arrangement=inherited(place, "rep"))
    return place


def _allowed():
    analytics.allow_feature(actor=None, name="closed", label="Closed")
    return "closed"


def _on(prepared: Any, call: Callable[[Any], Any]) -> Callable[[], Any]:
    return lambda: call(prepared)


def _signed_in_user() -> Any:
    from tests.factories import signed_in  # noqa: PLC0415

    user = make_user()
    signed_in(user)
    return user
