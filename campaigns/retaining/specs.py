"""What holds a contact, as fields: lists, filters, segments, plays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q

from campaigns.choices import RetentionKind
from campaigns.looking_up import EMPTY, one_of
from campaigns.models import RetainedCustomer, RetentionAction
from crm.catalogue import FieldSpec

HOLDS = (("reward", "A reward alone"), ("penalty", "A penalty alone"), ("both", "Both"))
STORED = "campaigns.retainedcustomer.action"


def action_choices() -> Sequence[tuple[str, str]]:
    rows = RetentionAction.objects.exclude(started_on=None).order_by("name")
    return [(str(key), name) for key, name in rows.values_list("pk", "name")]


def in_action(look_up: str, value: Any) -> Q:
    """Contacts for whom one of these actions is or was done; without any value: some action, or none."""
    rows = RetainedCustomer.objects.filter(contact=OuterRef("pk"), is_control=False)
    return one_of(rows, "action", look_up, value)


def held_by(look_up: str, value: Any) -> Q:
    """Contacts whom running actions of these kinds are done for; without any value: of some kind, or of none."""
    rows = RetainedCustomer.objects.filter(
        contact=OuterRef("pk"), is_control=False, action__started_on__isnull=False, action__ended_on=None
    )
    if look_up in EMPTY:
        found = Q(Exists(rows))
        return found if look_up == "filled" or value is False else ~found
    rewarded = Q(Exists(rows.filter(action__kind=RetentionKind.POSITIVE)))
    penalised = Q(Exists(rows.filter(action__kind=RetentionKind.NEGATIVE)))
    meant = {"reward": rewarded & ~penalised, "penalty": penalised & ~rewarded, "both": rewarded & penalised}
    asked = Q(pk__in=[])
    for one in value if isinstance(value, (list, tuple)) else [value]:
        asked |= meant.get(str(one), Q(pk__in=[]))
    return asked


CONTACT_RETENTION_FIELDS = (
    FieldSpec("retention_action", "Retention action", "id", kind="choice", group="Campaigns", choices=action_choices,
        column=False, order=118, condition=lambda end, value: in_action("in", value), compare=in_action, stored=STORED,
        help="It is or was done for them; who was kept out by lot is not among them."),
    FieldSpec("held_by", "Held by", "id", kind="choice", group="Campaigns", choices=lambda: HOLDS,
        column=False, order=119, condition=lambda end, value: held_by("in", value), compare=held_by, stored=STORED,
        help="Retention actions that run: rewards for staying, penalties for leaving."),
)  # fmt: skip
