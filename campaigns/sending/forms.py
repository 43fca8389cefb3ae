"""What people type about a campaign that goes out: whom it is for, and what it says, block by block."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.formsets import BaseFormSet

from campaigns.choices import Timing
from campaigns.mail.blocks import KINDS, LONGEST_TEXT, LONGEST_URL, MOST_BLOCKS, checked_blocks
from campaigns.mail.merging import FIELDS, check_text, checked_sender
from campaigns.mail.pictures import NARROWEST, WIDEST
from campaigns.models import Campaign, Offer, Segment, Variant
from contacts.models import Purpose
from contacts.permission.rule import MARKETING
from crm.fields import SectionedForm
from crm.models import User

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
MANY = forms.SelectMultiple(attrs={"data-pick": "many"})
FIRST_BLOCKS: tuple[dict[str, Any], ...] = (
    {"kind": "heading"},
    {"kind": "text", "text": "Dear {{first_name|customer}},\n\n"},
    {"kind": "button"},
)


class AudienceForm(SectionedForm, forms.ModelForm):
    """Whom a campaign is for and how it goes out."""

    layout = (
        ("Whom", (("segments",), ("without",), ("control_share", "purpose"))),
        ("What it may offer", (("offers",),)),
        ("How", (("sender_name", "language"), ("starts_at", "timing"))),
        ("Which variant is better", (("test_share", "decides_at"), ("decides_by",))),
    )
    segments = forms.ModelMultipleChoiceField(
        Segment.objects.none(), label="For the people of", required=False, widget=MANY
    )
    without = forms.ModelMultipleChoiceField(
        Segment.objects.none(), label="Without the people of", required=False, widget=MANY
    )
    offers = forms.ModelMultipleChoiceField(
        Offer.objects.none(), label="Offers", required=False, widget=MANY,
        help_text="Each person is given the best one for them; the mail says it by {{offer}} and {{offer_code}}.",
    )  # fmt: skip
    purpose = forms.ChoiceField(label="Its mails are for", help_text="A mail goes only to whom allows this.")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Campaign
        fields = (
            "control_share",
            "purpose",
            "sender_name",
            "language",
            "starts_at",
            "timing",
            "test_share",
            "decides_at",
            "decides_by",
        )
        widgets = {"starts_at": MOMENT, "decides_at": MOMENT}
        help_texts = {
            "sender_name": "Empty: the company.",
            "test_share": "0.2: one in five gets one of the variants; the others wait. Empty: everybody at once.",
            "decides_at": "Then the variants are compared, once, and those who wait get the better one; the first "
            "variant where no difference is shown.",
            "decides_by": "Orders need more people, or more days, than clicks do.",
            "starts_at": "Empty: at once when it is started.",
            "timing": "Where each person is: by their time zone, else by their country, else the company's time.",
        }

    def __init__(self, *, user: User, record: Campaign, initial: dict[str, Any], data: Any = None) -> None:
        parts = dict(record.audience.values_list("segment", "is_excluded"))
        kept = list(record.offers.values_list("offer", flat=True))
        begins = {
            "version": record.version,
            "segments": [key for key, is_out in parts.items() if not is_out],
            "without": [key for key, is_out in parts.items() if is_out],
            "offers": kept,
        }
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        timing = cast(forms.ChoiceField, self.fields["timing"])
        timing.required = False
        self.fields["decides_by"].required = False
        timing.choices = [(value, f"{label[:1].upper()}{label[1:]}") for value, label in Timing.choices]
        for name in ("segments", "without"):
            field = cast(forms.ModelMultipleChoiceField, self.fields[name])
            field.queryset = Segment.objects.visible_to(user)
        open_now = Offer.objects.visible_to(user).filter(Q(archived_at=None) | Q(pk__in=kept))
        cast(forms.ModelMultipleChoiceField, self.fields["offers"]).queryset = open_now
        purposes = [(one.key, one.label) for one in Purpose.objects.all()] or [(MARKETING, "Marketing")]
        if record.purpose not in dict(purposes):
            purposes.append((record.purpose, record.purpose))
        cast(forms.ChoiceField, self.fields["purpose"]).choices = purposes

    def clean_sender_name(self) -> str:
        return checked_sender(self.cleaned_data["sender_name"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["timing"] = cleaned.get("timing") or self.instance.timing
        if cleaned["timing"] != Timing.MOMENT and not cleaned.get("starts_at") and "starts_at" not in self.errors:
            self.add_error("starts_at", "Say at what time: it leaves at that time where each person is.")
        cleaned["decides_by"] = cleaned.get("decides_by") or self.instance.decides_by
        if cleaned.get("test_share") and not cleaned.get("decides_at") and "decides_at" not in self.errors:
            self.add_error("decides_at", "Say when the test is decided.")
        if set(cleaned.get("segments") or ()) & set(cleaned.get("without") or ()):
            self.add_error("without", "A segment is either in it or left out.")
        return cleaned

    @property
    def sending_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


# what a block may say
SAID = ("kind", "text", "url", "picture", "width", "decorative")


class BlockForm(forms.Form):
    """One block; a row that says nothing is none."""

    kind = forms.ChoiceField(choices=list(KINDS.items()), required=False, label="Block")
    text = forms.CharField(
        max_length=LONGEST_TEXT, required=False, label="What it says", widget=forms.Textarea(attrs={"rows": 3})
    )
    url = forms.CharField(max_length=LONGEST_URL, required=False, label="Leads to, or picture at")
    picture = forms.CharField(max_length=22, required=False, widget=forms.HiddenInput())
    width = forms.IntegerField(
        min_value=NARROWEST, max_value=WIDEST, required=False, label="Width",
        help_text=f"In points; the mail is {WIDEST} wide.",
    )  # fmt: skip
    decorative = forms.BooleanField(required=False, label="It only decorates and says nothing")

    @property
    def says_something(self) -> bool:
        said = self.cleaned_data
        return bool(said.get("text") or said.get("url") or said.get("picture") or said.get("kind") == "line")

    def in_words(self) -> str:
        """For who saved at the same time as somebody else."""
        said = [str(self[name].value() or "") for name in ("kind", "text", "url", "picture")]
        return ": ".join(filter(None, said)) if any(said[1:]) else ""


class BaseBlocks(BaseFormSet):
    """The blocks of a mail, by the place that each was given."""

    ordering_widget = forms.NumberInput

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Rank"
        form.fields["ORDER"].widget.attrs["min"] = 1
        form.fields["DELETE"].label = "Remove"

    @property
    def blocks(self) -> list[dict[str, str]]:
        kept = [form for form in self.forms if form.says_something and not form.cleaned_data.get("DELETE")]
        return [{name: str(form.cleaned_data.get(name) or "") for name in SAID} for form in sorted(kept, key=_place)]


def _place(form: Any) -> int:
    place = form.cleaned_data.get("ORDER")
    return 10**6 if place is None else int(place)


BlockForms = forms.formset_factory(
    BlockForm, formset=BaseBlocks, extra=0, can_delete=True, can_order=True, max_num=MOST_BLOCKS,
    absolute_max=MOST_BLOCKS,
)  # fmt: skip


class VariantForm(SectionedForm, forms.ModelForm):
    """A variant and its blocks (`blocks`, a formset) on one page. `record` is the variant, or for a new one the
    campaign."""

    layout = (("", (("name", "share"), ("subject",), ("preheader",))),)

    class Meta:
        model = Variant
        fields = ("name", "share", "subject", "preheader")
        help_texts = {
            "share": "1 beside 1 is half and half.",
            "preheader": "What the inbox shows beside the subject; empty: the beginning of the mail.",
        }

    def __init__(self, *, user: User, record: Variant | Campaign, initial: dict[str, Any], data: Any = None) -> None:
        variant = record if isinstance(record, Variant) else None
        begins = {} if variant else {"name": _next_name(cast(Campaign, record))}
        super().__init__(data=data, instance=variant, initial={**begins, **initial})
        self.fields["subject"].required = True
        make: Any = BlockForms
        self.blocks = make(data=data, prefix="blocks", initial=_rows_of(variant) if variant else list(FIRST_BLOCKS))
        self.places = ", ".join(f"{{{{{name}}}}}" for name in FIELDS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("subject", "preheader"):
            try:
                check_text(cleaned.get(name) or "")
            except ValidationError as error:
                self.add_error(name, error)
        return cleaned

    def is_valid(self) -> bool:
        is_right = all([super().is_valid(), self.blocks.is_valid()])
        if not is_right:
            return False
        try:
            checked_blocks(self.blocks.blocks)
        except ValidationError as error:
            self.add_error(None, error)
        if not self.blocks.blocks:
            self.add_error(None, "The mail says nothing yet: write a block.")
        return not self.errors

    def further_state(self) -> dict[str, list[str]]:
        """The blocks in words, for who saved at the same time as somebody else."""
        return {"Blocks": [words for block in self.blocks if (words := block.in_words())]}

    @property
    def variant_fields(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}
        return {**given, "blocks": self.blocks.blocks}


def _next_name(campaign: Campaign) -> str:
    """A, B, C …"""
    return chr(ord("A") + min(campaign.variants.filter(is_control=False).count(), 25))


def _rows_of(variant: Variant) -> list[dict[str, Any]]:
    return [{**block, "ORDER": place} for place, block in enumerate(variant.blocks, start=1)]
