"""What people say about a segment: its name, its filter, whether it is fixed."""

from __future__ import annotations

import io
import json
from typing import IO, Any, cast

from django import forms
from django.core.exceptions import ValidationError

from campaigns.models import Campaign, Segment
from campaigns.segments.mailing import prepared_mails
from campaigns.segments.meaning import problems_of, trees_of
from crm.fields import SectionedForm
from crm.filtering.trees.asked import asked_tree
from crm.filtering.trees.keeping import short_text
from crm.filtering.trees.nodes import TreeProblem, as_data, tree_of
from crm.languages.refusing import refused
from crm.models import User
from crm.templatetags.figures import number


class SegmentForm(SectionedForm, forms.ModelForm):
    """A segment. `filter` is the tree as an address holds it; `record` the one to change, None for a new one."""

    layout = (("", (("name",),)), ("", (("description",), ("is_fixed",))))
    filter = forms.CharField(required=False, widget=forms.HiddenInput(), max_length=20_000)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Segment
        fields = ("name", "description", "is_fixed")
        widgets = {"description": forms.Textarea(attrs={"rows": 2})}
        labels = {"name": "Name", "is_fixed": "Fixed: who is in it now stays in it, whatever changes"}

    def __init__(self, *, user: User, record: Segment | None, initial: dict[str, Any], data: Any = None) -> None:
        begins: dict[str, Any] = {"version": record.version, "filter": kept_filter(record)} if record else {}
        super().__init__(data=data, instance=record, initial={**begins, **initial})
        self.user, self.record = user, record
        if record:
            del self.fields["is_fixed"]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Segment.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a segment of this name already.")
        return name

    def clean_filter(self) -> dict[str, Any]:
        """The tree as it is kept."""
        asked = asked_tree(trees_of(self.user), self.cleaned_data["filter"])
        problems = asked.problems or problems_of(asked.node, self.user, own=self.record.pk if self.record else None)
        if problems:
            self.add_error(None, " ".join(problems))
        return as_data(asked.node)

    @property
    def segment_fields(self) -> dict[str, Any]:
        """The cleaned values without the tree."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


LONGEST_TEXT = 500_000
LARGEST_LIST = 50 << 20


class SegmentListForm(SectionedForm, forms.Form):
    """A fixed segment of a list: pasted, or as a file. A text that is too long for a field is brought as a file by the
    page itself."""

    layout = (("", (("name",),)), ("", (("text",), ("file",))))
    name = forms.CharField(max_length=120, label="Name")
    # no `maxlength`: browsers cut what is pasted at it without a word
    text = forms.CharField(
        required=False, strip=False, label="The list",
        widget=forms.Textarea(attrs={"rows": 10, "data-long-as-file": "file", "data-longest": LONGEST_TEXT}),
        help_text="E-mail addresses, external ids or phone numbers, between line ends, commas or semicolons. "
        "In a line with addresses they alone count.",
    )  # fmt: skip
    file = forms.FileField(required=False, label="Or a file", help_text="A text or CSV of them; at most 50 MB.")

    def __init__(self, *, user: User, record: None, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if Segment.objects.filter(name__iexact=name).exists():
            raise ValidationError("There is a segment of this name already.")
        return name

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text) > LONGEST_TEXT:
            raise refused(
                "This is longer than %(most)s characters: bring the list as a file instead.",
                most=lambda: number(LONGEST_TEXT),
            )
        return text

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file is not None and file.size > LARGEST_LIST:
            raise ValidationError("At most 50 MB are read at once: bring the list in parts, or import it as a file.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and bool((cleaned.get("text") or "").strip()) == bool(cleaned.get("file")):
            raise ValidationError("Paste the list, or choose a file with it: one of both.")
        return cleaned

    @property
    def source(self) -> IO[bytes]:
        """The list as bytes."""
        file = self.cleaned_data["file"]
        return file if file else io.BytesIO(self.cleaned_data["text"].encode("utf-8", "replace"))


PICKED = {"data-pick": "one", "placeholder": "Type a part of its name"}


class SegmentMailForm(SectionedForm, forms.Form):
    """Which prepared mail goes to the people of a segment."""

    layout = (("", (("mail",),)),)
    mail = forms.ModelChoiceField(
        Campaign.objects.none(), label="Mail", empty_label="",
        widget=forms.Select(attrs=dict.fromkeys(("data-pick-filled", "data-pick-sends"), "") | PICKED),
        help_text="Then you look it over, send yourself a test and start it. One that went to others, or is meant for "
        "others, is copied for these people.",
    )  # fmt: skip

    def __init__(self, *, user: User, record: Segment, initial: dict[str, Any], data: Any = None) -> None:
        super().__init__(data=data, initial=initial)
        cast(forms.ModelChoiceField, self.fields["mail"]).queryset = prepared_mails(user)


def kept_filter(segment: Segment) -> str:
    """A segment's tree as an address holds it; as it is kept, where it cannot be read any more: that is refused."""
    try:
        return short_text(tree_of(segment.filter) if segment.filter else None)
    except TreeProblem:
        return json.dumps(segment.filter)
