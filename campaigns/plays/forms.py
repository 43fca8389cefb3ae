"""What people type about plays, parsed: the play, and its steps row by row."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.formsets import BaseFormSet

from campaigns.choices import PlayGoal, PlayStepKind, StepFor
from campaigns.mail.blocks import LONGEST_TEXT
from campaigns.mail.merging import FIELDS, check_text, checked_sender
from campaigns.models import Offer, Play, PlayStep, Segment
from campaigns.plays.actions import StepInput
from campaigns.plays.events import EVENTS
from contacts.models import Purpose
from contacts.permission.rule import MARKETING
from crm.fields import RecordField, SectionedForm
from crm.models import User
from orders.models import Product
from orders.queries import product_families

MOST_STEPS, LONGEST_WAIT = 30, 365
FIRST_STEPS: tuple[dict[str, Any], ...] = ({"kind": PlayStepKind.MAIL, "wait_days": 1},)
DRAWN = "It is made of blocks: edit it on the page of the play. What is typed here takes their place."
SAYS_TITLE = (PlayStepKind.MAIL, PlayStepKind.TASK, PlayStepKind.TAG)
TITLES = {
    PlayStepKind.MAIL: "What is the subject of the mail?",
    PlayStepKind.TASK: "What is to be done?",
    PlayStepKind.TAG: "Which tag?",
}


class PlayStepForm(forms.Form):
    """One step; a row that says nothing is none. `key` is the id of a step that stands there already."""

    key = forms.IntegerField(required=False, widget=forms.HiddenInput(), min_value=1, max_value=2**62)
    kind = forms.ChoiceField(choices=PlayStepKind.choices, required=False, label="What")
    wait_days = forms.IntegerField(
        required=False, min_value=0, max_value=LONGEST_WAIT, label="Days after the one before"
    )
    title = forms.CharField(max_length=200, required=False, label="Subject, task or tag")
    text = forms.CharField(
        max_length=LONGEST_TEXT, required=False, label="What it says", widget=forms.Textarea(attrs={"rows": 4})
    )
    only_for = forms.ChoiceField(choices=StepFor.choices, required=False, label="Only for")
    segment = forms.ModelChoiceField(Segment.objects.none(), required=False, label="Segment", empty_label="choose one")
    offer = forms.ModelChoiceField(Offer.objects.none(), required=False, label="Offer", empty_label="none")
    into = forms.ModelChoiceField(
        Segment.objects.none(), required=False, label="List", empty_label="choose a fixed segment"
    )

    def __init__(self, *args: Any, segments: Any, offers: Any, drawn: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["segment"]).queryset = segments
        cast(forms.ModelChoiceField, self.fields["into"]).queryset = segments.filter(is_fixed=True)
        cast(forms.ModelChoiceField, self.fields["offer"]).queryset = offers
        self.is_drawn = str(self["key"].value() or "") in drawn
        if self.is_drawn:
            self.fields["text"].help_text = DRAWN  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("DELETE") or not self.says_something:
            return cleaned
        kind = cleaned.get("kind") or PlayStepKind.MAIL
        if kind in SAYS_TITLE and not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", TITLES[PlayStepKind(kind)])
        if kind == PlayStepKind.TAG and len(cleaned.get("title") or "") > 60:
            self.add_error("title", "A tag has at most 60 characters.")
        if kind == PlayStepKind.LIST and not cleaned.get("into") and "into" not in self.errors:
            self.add_error("into", "Onto which list? Any fixed segment is one.")
        if kind == PlayStepKind.CHECK and not cleaned.get("only_for") and "only_for" not in self.errors:
            self.add_error("only_for", "Who goes on?")
        if cleaned.get("only_for") and not cleaned.get("segment") and "segment" not in self.errors:
            self.add_error("segment", "Which segment?")
        if kind == PlayStepKind.MAIL:
            self._clean_mail(cleaned)
        return cleaned

    def _clean_mail(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("text") and not self.is_drawn and "text" not in self.errors:
            self.add_error("text", "What does the mail say?")
        for name in ("title", "text"):
            try:
                check_text(cleaned.get(name) or "")
            except ValidationError as error:
                self.add_error(name, error)

    @property
    def says_something(self) -> bool:
        said = self.cleaned_data
        kinds = (PlayStepKind.CHECK, PlayStepKind.LIST)
        return bool(said.get("title") or said.get("text") or said.get("key") or said.get("kind") in kinds)

    @property
    def step(self) -> StepInput:
        said = self.cleaned_data
        kind = said["kind"] or PlayStepKind.MAIL
        keeps_mail = self.is_drawn and not said["text"].strip()
        return StepInput(
            kind=kind,
            wait_days=said["wait_days"] or 0,
            title=" ".join(said["title"].split()) if kind in SAYS_TITLE else "",
            text=None if keeps_mail else said["text"],
            only_for=said["only_for"],
            segment=said["segment"] if said["only_for"] else None,
            offer=said["offer"] if kind == PlayStepKind.MAIL else None,
            into=said["into"] if kind == PlayStepKind.LIST else None,
            pk=said["key"],
        )

    def in_words(self) -> str:
        """`3 days: Mail, Frames for you`, for who saved at the same time as somebody else."""
        what = dict(PlayStepKind.choices).get(self["kind"].value() or "", "")
        only = dict(StepFor.choices).get(self["only_for"].value() or "", "")
        says = ", ".join(str(part) for part in (what, self["title"].value()) if part)
        return f"{self['wait_days'].value() or 0} days: {says} ({only.lower()})" if says else ""


class BaseSteps(BaseFormSet):
    """The steps of a play, by the place that each was given."""

    ordering_widget = forms.NumberInput

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Step"
        form.fields["ORDER"].widget.attrs["min"] = 1
        form.fields["DELETE"].label = "Remove"

    @property
    def steps(self) -> list[StepInput]:
        kept = [form for form in self.forms if form.says_something and not form.cleaned_data.get("DELETE")]
        return [form.step for form in sorted(kept, key=_place)]


def _place(form: Any) -> int:
    place = form.cleaned_data.get("ORDER")
    return 10**6 if place is None else int(place)


PlayStepForms = forms.formset_factory(
    PlayStepForm, formset=BaseSteps, extra=0, can_delete=True, can_order=True, max_num=MOST_STEPS,
    absolute_max=MOST_STEPS,
)  # fmt: skip


class PlayForm(SectionedForm, forms.ModelForm):
    """A play and its steps (`steps`, a formset) on one page."""

    layout = (
        ("", (("name", "type"), ("description",), ("owner",))),
        (
            "Who comes in",
            (("event",), ("event_days", "event_segment"), ("product", "family"), ("audience", "rest_days")),
        ),
        ("Goal", (("goal", "window_days"), ("goal_family", "goal_segment"), ("control_share",))),
        ("Mails", (("purpose", "sender_name"), ("language",))),
    )
    product = RecordField(queryset=Product.objects.none(), url_name="orders:product_options", required=False)
    family = forms.ChoiceField(label="Or of the product group", required=False)
    goal_family = forms.ChoiceField(label="Of the product group", required=False)
    purpose = forms.ChoiceField(label="Its mails are for", help_text="A mail goes only to whom allows this.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Play
        fields = (
            "name", "type", "description", "owner", "event", "event_days", "event_segment", "product", "family",
            "audience", "rest_days", "goal",
            "window_days", "goal_family", "goal_segment", "control_share", "purpose", "sender_name", "language",
        )  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}
        labels = {"name": "Play", "audience": "Only people of the segment", "goal_segment": "The segment"}
        help_texts = {
            "event": "From the day on which the play is started.",
            "event_days": "Where the event speaks of days.",
            "event_segment": "Where that is the event. Who is in each live segment is written down every night.",
            "rest_days": "Empty: each person goes through it once.",
            "goal": "Who has reached it leaves.",
            "goal_family": "Where the goal is an order; empty: any order.",
            "goal_segment": "Where that is the goal.",
            "window_days": "So long after somebody came in, what they do counts.",
            "control_share": "0.1: one in ten, drawn at random, for whom nothing is done: what the play is worth.",
            "sender_name": "Empty: the company.",
        }

    def __init__(self, *, user: User, record: Play | None, initial: dict[str, Any], data: Any = None) -> None:
        begins: dict[str, Any] = {"version": record.version} if record else {"purpose": MARKETING, "owner": user.pk}
        steps = initial.pop("steps", None)
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        segments = Segment.objects.visible_to(user)
        given = PlayStep.objects.filter(play=record, removed_at=None) if record else PlayStep.objects.none()
        offers = Offer.objects.visible_to(user).filter(Q(archived_at=None) | Q(pk__in=given.values("offer")))
        kept = record.product_id if record else None
        cast(RecordField, self.fields["product"]).reach(Product.objects.visible_to(user), kept, "a product")
        for name in ("audience", "goal_segment", "event_segment"):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = segments
        owners = User.objects.filter(is_active=True)
        if record is not None and record.owner_id:
            owners = owners | User.objects.filter(pk=record.owner_id)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = owners
        for name in ("family", "goal_family"):
            self._offer_groups(name, record)
        purposes = [(one.key, one.label) for one in Purpose.objects.all()] or [(MARKETING, "Marketing")]
        if record and record.purpose not in dict(purposes):
            purposes.append((record.purpose, record.purpose))
        cast(forms.ChoiceField, self.fields["purpose"]).choices = purposes
        make: Any = PlayStepForms
        rows = _rows_of(record) if record else steps or [dict(one) for one in FIRST_STEPS]
        drawn = frozenset(str(row["key"]) for row in rows if row.get("is_drawn"))
        given_to_each = {"segments": segments, "offers": offers, "drawn": drawn}
        self.steps = make(data=data, prefix="steps", initial=rows, form_kwargs=given_to_each)
        self.places = ", ".join(f"{{{{{name}}}}}" for name in FIELDS)

    def _offer_groups(self, name: str, record: Play | None) -> None:
        groups = product_families()
        kept = getattr(record, name, "")
        if kept and kept not in dict(groups):
            groups = [*groups, (kept, kept)]
        cast(forms.ChoiceField, self.fields[name]).choices = [("", "—"), *groups]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Play.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a play of this name already.")
        return name

    def clean_sender_name(self) -> str:
        return checked_sender(self.cleaned_data["sender_name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        event = EVENTS.get(cleaned.get("event") or "")
        if cleaned.get("product") and cleaned.get("family"):
            self.add_error("family", "Either a product or a group of products.")
        for name in ("product", "family"):
            if event and cleaned.get(name) and name not in event.may_have:
                self.add_error(name, "This event knows no product.")
        if event and event.needs and not cleaned.get(event.needs) and event.needs not in self.errors:
            days = event.needs == "event_days"
            self.add_error(event.needs, "How many days?" if days else "Into which segment?")
        for name in ("event_days", "event_segment"):
            if event and event.needs != name and name in cleaned:
                cleaned[name] = None
        if cleaned.get("goal") == PlayGoal.SEGMENT and not cleaned.get("goal_segment"):
            self.add_error("goal_segment", "Which segment is the goal?")
        return cleaned

    def is_valid(self) -> bool:
        is_right = all([super().is_valid(), self.steps.is_valid()])
        if is_right and not self.steps.steps:
            self.add_error(None, "A play needs at least one step.")
            return False
        return is_right

    def further_state(self) -> dict[str, list[str]]:
        """The steps in words, for who saved at the same time as somebody else."""
        return {"Steps": [words for step in self.steps if (words := step.in_words())]}

    @property
    def play_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


def _rows_of(play: Play) -> list[dict[str, Any]]:
    steps = PlayStep.objects.filter(play=play, removed_at=None).select_related("carrier")
    return [_row_of(step, place) for place, step in enumerate(steps, start=1)]


def _row_of(step: PlayStep, place: int) -> dict[str, Any]:
    row = {"key": step.pk, "kind": step.kind, "wait_days": step.wait_days, "title": step.title, "text": step.text,
           "ORDER": place, "only_for": step.only_for, "segment": step.segment_id, "into": step.into_id,
           "offer": step.offer_id}  # fmt: skip
    variant = step.carrier.variants.first() if step.carrier else None
    if variant is None:
        return row
    is_plain = len(variant.blocks) == 1 and variant.blocks[0]["kind"] == "text"
    row |= {"title": variant.subject, "text": variant.blocks[0]["text"] if is_plain else ""}
    return row | {"is_drawn": bool(variant.blocks) and not is_plain}
