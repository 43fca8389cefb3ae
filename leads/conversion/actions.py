"""Converting a lead and taking it back: each is one transaction and one log row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from contacts import actions as contacts
from contacts.choices import ContactKind
from contacts.models import Contact, Interaction
from crm.catalogue import record_models
from crm.log import log
from crm.models import Attachment, Mention, Note, Task, User
from crm.saving import refuse_lost_sight
from leads.actions import carry_touches
from leads.capture.actions import give_consent
from leads.choices import LeadStatus
from leads.conversion.steps import conversion_step
from leads.models import CaptureSubmission, Conversion, Lead, LeadTouch
from leads.nurturing.actions import carry_opt_outs
from leads.nurturing.stopping import stop_leads

REVERSIBLE = dt.timedelta(days=1)
HANGING: tuple[type[Model], ...] = (Task, Note, Attachment, Mention)
Make = Callable[[Lead, Contact | None, Contact | None], Model | None]


@dataclass(frozen=True)
class Party:
    """Who the lead becomes: an existing contact, a new one made of the lead's facts, or nobody."""

    existing: Contact | None = None
    is_new: bool = False

    @property
    def is_any(self) -> bool:
        return self.is_new or self.existing is not None


@transaction.atomic
def convert_lead(
    *, actor: User | None, lead: Lead, person: Party, organization: Party, make: Make | None = None
) -> Conversion:
    """Make of a lead what `person` and `organization` say; facts of contacts that exist stay as they are.

    Touches, notes, tasks and files go into the history of the contact. `make` adds what the app above wants, such as a
    deal. Raises ValidationError for a lead that is converted, and where nobody is chosen.
    """
    current = Lead.objects.select_for_update().get(pk=lead.pk)
    if current.status == LeadStatus.CONVERTED:
        raise ValidationError("It is converted already.")
    if not person.is_any and not organization.is_any:
        raise ValidationError("Who does it become? Choose a person, an organization or both.")
    firm = organization.existing or (_new_organization(actor, current) if organization.is_new else None)
    human = person.existing or (_new_person(actor, current, firm) if person.is_new else None)
    conversion = Conversion(
        lead=current,
        contact=human or firm,
        organization=firm,
        made_contact=person.is_new or (human is None and organization.is_new),
        made_organization=organization.is_new,
        contact_before_id=current.contact_id,
        status_before=current.status,
        status_at_before=current.status_at,
        qualified_before=current.qualified_at,
        recycle_before=current.recycle_on,
        lost_before=current.lost_at,
        lost_reason_before=current.lost_reason,
        actor=actor,
    )
    made = make(current, human, firm) if make else None
    if made is not None:
        conversion.record_model, conversion.record_id = made._meta.label_lower, made.pk
    conversion.save()
    now = timezone.now()
    current.contact = conversion.contact
    current.status, current.status_at = LeadStatus.CONVERTED, now
    current.converted, current.converted_at = True, now
    current.qualified_at = current.qualified_at or now
    current.lost_at, current.lost_reason, current.recycle_on = None, "", None
    current.version += 1
    current.save()
    carry_touches([current.pk])
    _carry_consent(current, conversion)
    _hang_on(current, current.contact_id)
    refuse_lost_sight(actor, current)
    parts = [str(part) for part in (human, firm, made) if part is not None]
    summary = f"Converted to {', '.join(parts)}"
    log(actor=actor, verb="convert", object=current, contact_id=current.contact_id, summary=summary)
    stop_leads([current.pk])
    return conversion


@transaction.atomic
def reverse_conversion(*, actor: User | None, lead: Lead) -> Lead:
    """Take the conversion of the last day back: the lead stands as before, what was made for it is put away.

    A contact that was made for it and has something of its own by now (an order, another deal, a ticket) stays. Raises
    ValidationError where there is none to reverse, or what was made of it has gone too far.
    """
    current = Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk)
    conversion = Conversion.objects.select_for_update(of=("self",)).filter(lead=current, reversed_at=None).first()
    if conversion is None:
        raise ValidationError("There is no conversion to reverse.")
    if conversion.at < timezone.now() - REVERSIBLE:
        raise ValidationError("It was converted more than a day ago: now it is history.")
    _undo_record(actor, conversion)
    touches = LeadTouch.objects.filter(lead=current).values_list("pk", flat=True)
    if conversion.contact_id != conversion.contact_before_id:
        Interaction.objects.filter(external_id__in=[f"lead-touch:{pk}" for pk in touches]).delete()
    _put_away(actor, conversion)
    current.contact_id = conversion.contact_before_id
    current.status = conversion.status_before
    current.status_at = conversion.status_at_before or timezone.now()
    current.qualified_at, current.recycle_on = conversion.qualified_before, conversion.recycle_before
    current.lost_at, current.lost_reason = conversion.lost_before, conversion.lost_reason_before
    current.converted = False if conversion.status_before == LeadStatus.DISQUALIFIED else None
    current.converted_at = None
    current.version += 1
    current.save()
    _hang_on(current, current.contact_id)
    conversion.reversed_at = timezone.now()
    conversion.save(update_fields=["reversed_at"])
    log(actor=actor, verb="reverse", object=current, contact_id=current.contact_id, summary="Took the conversion back")
    return current


def in_force(lead: Lead) -> Conversion | None:
    """The conversion that the lead stands by; None for one that came in as a customer by a file."""
    return Conversion.objects.filter(lead=lead, reversed_at=None).first()


def is_reversible(conversion: Conversion) -> bool:
    """Whether it can still be taken back."""
    return conversion.at >= timezone.now() - REVERSIBLE


def made_by(user: User | None, conversion: Conversion) -> Model | None:
    """What the app above made of the lead, such as a deal, where this person may see it."""
    if not conversion.record_model:
        return None
    rows: Any = apps.get_model(conversion.record_model)._default_manager
    found: Model | None = rows.visible_to(user).filter(pk=conversion.record_id).first()
    return found


def _new_person(actor: User | None, lead: Lead, organization: Contact | None) -> Contact:
    fields = _common(lead) | {
        "kind": ContactKind.PERSON,
        "name": lead.name,
        "first_name": lead.first_name,
        "last_name": lead.last_name,
        "organization": organization,
    }
    return contacts.create_contact(actor=actor, fields=fields, points=_points(lead), address=_address(lead))


def _new_organization(actor: User | None, lead: Lead) -> Contact:
    fields = _common(lead) | {
        "kind": ContactKind.ORGANIZATION,
        "name": lead.organization or lead.name,
        "industry": lead.industry,
    }
    is_alone = not (lead.first_name or lead.last_name) and lead.name in ("", lead.organization)
    points = _points(lead) if is_alone else []
    return contacts.create_contact(actor=actor, fields=fields, points=points, address=_address(lead))


def _common(lead: Lead) -> dict[str, Any]:
    return {
        "owner": lead.owner,
        "team": lead.team,
        "source": lead.source,
        "list_kind": lead.list_kind,
        "tags": lead.tags,
        "markets": [lead.market] if lead.market else [],
    }


def _points(lead: Lead) -> list[contacts.PointInput]:
    return [contacts.PointInput(kind, value) for kind, value in (("email", lead.email), ("phone", lead.phone)) if value]


def _address(lead: Lead) -> dict[str, str]:
    return {"city": lead.city, "postal_code": lead.postal_code, "country": lead.country}


def _hang_on(lead: Lead, contact_id: int | None) -> None:
    """What hangs on the lead hangs on this contact, too."""
    for model in HANGING:
        rows: Any = model._default_manager
        rows.filter(record_model="leads.lead", record_id=lead.pk).update(contact_id=contact_id)


def _carry_consent(lead: Lead, conversion: Conversion) -> None:
    """What the lead agreed to on forms, into the ledger of the contact that somebody has chosen for it now; what its
    mail has confirmed stands there already where the contact was known."""
    was_known = conversion.contact_before_id == lead.contact_id
    for submission in CaptureSubmission.objects.filter(lead=lead, has_consent=True).select_related("form"):
        if not (was_known and submission.confirmed_at):
            give_consent(submission, lead)
    carry_opt_outs(lead)


def _undo_record(actor: User | None, conversion: Conversion) -> None:
    step = conversion_step()
    if not conversion.record_model or step is None:
        return
    record = apps.get_model(conversion.record_model)._default_manager.filter(pk=conversion.record_id).first()
    if record is not None:
        step.undo(actor=actor, record=record)


def _put_away(actor: User | None, conversion: Conversion) -> None:
    """Archive the contacts that were made for the lead and that nothing else needs."""
    made = {
        contact.pk: contact
        for contact, is_made in (
            (conversion.contact, conversion.made_contact),
            (conversion.organization, conversion.made_organization),
        )
        if contact is not None and is_made
    }
    for contact in made.values():
        if not _is_needed(contact, conversion.lead_id, made):
            contacts.archive_contact(actor=actor, contact=contact)


def _is_needed(contact: Contact, lead_id: int, made: Collection[int]) -> bool:
    """Whether something of this contact came since: orders, contracts, and records of any app that are not put away;
    but for this lead and the contacts that were made with it."""
    if contact.orders.exists() or contact.subscriptions.exists():
        return True
    besides = {"leads.lead": [lead_id], "contacts.contact": [*made]}
    for relation in contact._meta.related_objects:
        model: Any = relation.related_model
        label = model._meta.label_lower
        if label not in record_models():
            continue
        rows = model._default_manager.filter(**{relation.field.name: contact.pk}).exclude(pk__in=besides.get(label, []))
        if any(field.name == "archived_at" for field in model._meta.fields):
            rows = rows.filter(archived_at=None)
        if rows.exists():
            return True
    return False
