"""The milestones and costs of an initiative: added on pages of their own, changed, taken out."""

from __future__ import annotations

from typing import Any

from analytics.initiatives import actions
from analytics.initiatives.forms import CostForm, MilestoneForm
from analytics.models import Initiative, InitiativeCost, Milestone
from crm.choices import Verb
from crm.views.base import ActionView
from crm.views.forms import FormPage
from crm.views.parts import PartFormPage


class MilestoneCreateView(PartFormPage):
    model = Milestone
    whole_model = Initiative
    form_class = MilestoneForm
    heading = "New milestone of {record}"
    submit_label = "Keep the milestone"
    done = "The milestone “{record}” stands in the plan."

    def save(self, form: MilestoneForm) -> Milestone:
        return actions.add_milestone(actor=self.request.user, initiative=self.whole, fields=form.part_fields)


class MilestoneUpdateView(FormPage):
    model = Milestone
    form_class = MilestoneForm
    list_url_name = "analytics:initiative_list"
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: MilestoneForm) -> Milestone:
        return actions.change_milestone(
            actor=self.request.user, milestone=self.record, version=form.cleaned_data["version"],
            fields=form.part_fields,
        )  # fmt: skip


class PartActionView(ActionView):
    """One change of a milestone or a cost; back to its initiative."""

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("initiative")

    def get_success_url(self, record: Any) -> str:
        address: str = record.initiative.get_absolute_url()
        return address


class MilestoneReachView(PartActionView):
    model = Milestone
    done = "“{record}” is done, today."

    def act(self, record: Milestone) -> None:
        actions.reach_milestone(actor=self.request.user, milestone=record)


class MilestoneDeleteView(PartActionView):
    model = Milestone
    done = "“{record}” is out of the plan."

    def act(self, record: Milestone) -> None:
        actions.delete_milestone(actor=self.request.user, milestone=record)


class CostCreateView(PartFormPage):
    model = InitiativeCost
    whole_model = Initiative
    form_class = CostForm
    heading = "New cost of {record}"
    submit_label = "Book it"
    done = "“{record}” is booked."

    def save(self, form: CostForm) -> InitiativeCost:
        return actions.book_cost(actor=self.request.user, initiative=self.whole, fields=form.part_fields)


class CostUpdateView(FormPage):
    model = InitiativeCost
    form_class = CostForm
    list_url_name = "analytics:initiative_list"
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”."

    def save(self, form: CostForm) -> InitiativeCost:
        return actions.change_cost(
            actor=self.request.user, cost=self.record, version=form.cleaned_data["version"], fields=form.part_fields
        )


class CostDeleteView(PartActionView):
    model = InitiativeCost
    done = "“{record}” is taken back."

    def act(self, record: InitiativeCost) -> None:
        actions.delete_cost(actor=self.request.user, cost=record)
