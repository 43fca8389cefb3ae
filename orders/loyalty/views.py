"""The pages of the loyalty programme on a contact: joining, spending, adjusting."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404

from contacts.models import Contact
from crm.choices import Verb
from crm.views.base import ActionView
from crm.views.parts import PartFormPage
from orders.choices import PointsKind
from orders.loyalty import actions
from orders.loyalty.forms import PointsForm
from orders.models import LoyaltyMember, PointsEntry


class MemberCreateView(ActionView):
    """Lets a contact take part; whoever may change the contact may."""

    model = Contact
    verb = Verb.CHANGE
    done = "{record.name} takes part."

    def act(self, record: Contact) -> None:
        actions.enrol_member(actor=self.request.user, contact=record)

    def get_success_url(self, record: Any) -> str:
        return f"{record.get_absolute_url()}?tab=loyalty"


class PointsCreateView(PartFormPage):
    """Adds an entry to the ledger of a member."""

    model = PointsEntry
    whole_model = Contact
    form_class = PointsForm
    heading = "Points of {record}"
    submit_label = "Write it down"
    done = "The points are written down."
    tab = "loyalty"

    def save(self, form: PointsForm) -> Contact:
        member = LoyaltyMember.objects.filter(contact=self.whole).first()
        if member is None:
            raise Http404("This contact does not take part.")
        said = form.cleaned_data
        act = actions.spend_points if said["kind"] == PointsKind.SPENT else actions.adjust_points
        act(actor=self.request.user, member=member, points=said["points"], note=said["note"])
        return cast(Contact, self.whole)
