"""What people type about surveys, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet

from crm.fields import SectionedForm
from crm.languages.refusing import refused
from crm.models import SavedView, User
from feedback.asking.audience import LABEL
from feedback.asking.mails import check_words
from feedback.choices import MOST_QUESTIONS, SCALES, Dimension, QuestionKind, SurveyKind
from feedback.languages import NAMES, texts_of
from feedback.models import Survey
from feedback.ready import READY, QuestionInput

MOST_CHOICES, LONGEST_CHOICE = 20, 200
BOUNDS = {"5": (1, 5), "7": (1, 7), "10": (1, 10), "0-10": (0, 10)}
HAS_LINES = (QuestionKind.CHOICE, QuestionKind.MATRIX)


class QuestionForm(forms.Form):
    """One question; a row without a text is none. `key` is the id of one that stands there already."""

    key = forms.IntegerField(required=False, widget=forms.HiddenInput(), min_value=1, max_value=2**62)
    text = forms.CharField(max_length=300, required=False, label="Question")
    kind = forms.ChoiceField(choices=QuestionKind.choices, required=False, label="Answered by")
    dimension = forms.ChoiceField(choices=Dimension.choices, required=False, label="It is about")
    competitor = forms.CharField(
        max_length=120, required=False, label="Competitor", help_text="Of whom, if of another."
    )
    scale = forms.ChoiceField(choices=SCALES, required=False, label="Scale")
    low_label = forms.CharField(max_length=60, required=False, label="Lowest is")
    high_label = forms.CharField(max_length=60, required=False, label="Highest is")
    lines = forms.CharField(
        required=False, max_length=6_000, label="Choices, or rows of the matrix", help_text="One on each line.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    is_required = forms.BooleanField(required=False, label="Has to be answered")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("DELETE") or not cleaned.get("text"):
            return cleaned
        kind, lines = cleaned.get("kind"), self.listed(cleaned)
        if kind in HAS_LINES and len(lines) < (2 if kind == QuestionKind.CHOICE else 1):
            self.add_error("lines", "What can be chosen?" if kind == QuestionKind.CHOICE else "What are its rows?")
        if len(lines) > MOST_CHOICES or any(len(line) > LONGEST_CHOICE for line in lines):
            self.add_error(
                "lines",
                refused(
                    "At most %(most)s lines of %(longest)s characters.",
                    most=MOST_CHOICES,
                    longest=LONGEST_CHOICE,
                ),
            )
        if len({line.lower() for line in lines}) < len(lines):
            self.add_error("lines", "One of these stands here twice.")
        if cleaned.get("dimension") == Dimension.COMPETITOR and not cleaned.get("competitor"):
            self.add_error("competitor", "Who is the competitor?")
        if (kind == QuestionKind.NPS) != (cleaned.get("dimension") == Dimension.NPS):
            self.add_error("dimension", "“0 to 10” and “likelihood to recommend” belong together.")
        return cleaned

    @staticmethod
    def listed(cleaned: dict[str, Any]) -> list[str]:
        return [line for text in (cleaned.get("lines") or "").splitlines() if (line := " ".join(text.split()))]

    @property
    def says_something(self) -> bool:
        return bool(self.cleaned_data.get("text")) and not self.cleaned_data.get("DELETE")

    @property
    def question(self) -> QuestionInput:
        said = self.cleaned_data
        kind, lines = said["kind"] or QuestionKind.RATING, tuple(self.listed(said))
        low, high = (0, 10) if kind == QuestionKind.NPS else BOUNDS[said["scale"] or "5"]
        return QuestionInput(
            text=" ".join(said["text"].split()),
            kind=kind,
            dimension=said["dimension"] or Dimension.OTHER,
            competitor=said["competitor"] if said["dimension"] == Dimension.COMPETITOR else "",
            low=low,
            high=high,
            low_label=said["low_label"],
            high_label=said["high_label"],
            choices=lines if kind == QuestionKind.CHOICE else (),
            rows=lines if kind == QuestionKind.MATRIX else (),
            is_required=said["is_required"],
            pk=said["key"],
        )

    def in_words(self) -> str:
        """For who saved at the same time as somebody else."""
        text, kind = self["text"].value(), dict(QuestionKind.choices).get(self["kind"].value() or "", "")
        return f"{kind}: {text} {' / '.join((self['lines'].value() or '').splitlines())}".strip() if text else ""


class BaseQuestions(BaseFormSet):
    """The questions of a survey, by the place that each was given."""

    ordering_widget = forms.NumberInput

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["ORDER"].label = "Rank"
        form.fields["ORDER"].widget.attrs["min"] = 1
        form.fields["DELETE"].label = "Remove"

    @property
    def questions(self) -> list[QuestionInput]:
        kept = [form for form in self.forms if form.says_something]
        return [form.question for form in sorted(kept, key=_place)]


def _place(form: Any) -> int:
    place = form.cleaned_data.get("ORDER")
    return 10**6 if place is None else int(place)


QuestionForms = forms.formset_factory(
    QuestionForm, formset=BaseQuestions, extra=0, can_delete=True, can_order=True, max_num=MOST_QUESTIONS,
    absolute_max=MOST_QUESTIONS,
)  # fmt: skip


class SurveyForm(SectionedForm, forms.ModelForm):
    """A survey and its questions (`questions`, a formset) on one page; `kind` brings a ready one along."""

    layout = (
        ("", (("name", "kind"), ("title",), ("intro",), ("thanks",), ("language", "touch_point"))),
        (
            "How it is sent",
            (
                ("mail_subject",),
                ("mail_text",),
                ("trigger", "wait_days"),
                ("fatigue_days", "link_days"),
                ("follows_up",),
            ),
        ),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Survey
        fields = (
            "name", "kind", "title", "intro", "thanks", "language", "touch_point", "mail_subject", "mail_text",
            "trigger", "wait_days", "fatigue_days", "link_days", "follows_up",
        )  # fmt: skip
        help_texts = {
            "name": "For colleagues.",
            "title": "What who is asked reads on top; empty: the name.",
            "thanks": "Said when it is answered.",
            "touch_point": "What the answers are about; empty: after a ticket, that of the ticket.",
            "mail_text": "{first_name} is filled in. The link stands below it.",
            "trigger": "Sent by itself, once for each; only what happens after the survey is opened.",
            "follows_up": "Detractors, and who is dissatisfied: a ticket of the customer’s owner, with a clock.",
            "fatigue_days": "Whoever was asked by any survey within so many days is not asked.",
        }
        widgets = {
            "intro": forms.Textarea(attrs={"rows": 2}),
            "thanks": forms.Textarea(attrs={"rows": 2}),
            "mail_text": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, *, user: User, record: Survey | None, initial: dict[str, Any], data: Any = None) -> None:
        stored = {"version": record.version} if record else {}
        super().__init__(data=data, instance=record, initial={**stored, **initial})
        for name, most in (("wait_days", 90), ("fatigue_days", 1_000), ("link_days", 365)):
            field = cast(forms.IntegerField, self.fields[name])
            field.min_value, field.max_value = (1 if name == "link_days" else 0), most
            field.widget.attrs |= {"min": field.min_value, "max": most}
        rows = rows_of(record) if record else ready_rows(str(initial.get("kind", SurveyKind.OWN)))
        make: Any = QuestionForms
        self.questions = make(data=data, prefix="questions", initial=rows or [{"kind": "rating", "ORDER": 1}])

    def _days(self, name: str, least: int, most: int) -> int:
        days: int = self.cleaned_data[name]
        if not least <= days <= most:
            raise refused("From %(least)s to %(most)s.", least=least, most=most)
        return days

    def clean_wait_days(self) -> int:
        return self._days("wait_days", 0, 90)

    def clean_fatigue_days(self) -> int:
        return self._days("fatigue_days", 0, 1_000)

    def clean_link_days(self) -> int:
        return self._days("link_days", 1, 365)

    def clean_mail_subject(self) -> str:
        return self._words("mail_subject")

    def clean_mail_text(self) -> str:
        return self._words("mail_text")

    def _words(self, name: str) -> str:
        text: str = self.cleaned_data[name]
        check_words(text)
        return text

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.questions.is_valid()])

    def further_state(self) -> dict[str, list[str]]:
        """The questions in words, for who saved at the same time as somebody else."""
        return {"Questions": [words for one in self.questions if (words := one.in_words())]}

    @property
    def survey_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.cleaned_data}


def rows_of(survey: Survey) -> list[dict[str, Any]]:
    """The questions of a survey as the formset shows them; the rows of a matrix as its lines."""
    questions = list(survey.questions.filter(is_asked=True).order_by("position", "pk"))
    lines = {one.pk: [row.text for row in questions if row.matrix_id == one.pk] for one in questions}
    shown = [one for one in questions if one.matrix_id is None]
    return [
        {
            "key": one.pk, "text": one.text, "kind": one.kind, "dimension": one.dimension, "competitor": one.competitor,
            "scale": scale_of(one.low, one.high), "low_label": one.low_label, "high_label": one.high_label,
            "lines": "\n".join(one.choices or lines[one.pk]), "is_required": one.is_required, "ORDER": place,
        }
        for place, one in enumerate(shown, start=1)
    ]  # fmt: skip


def ready_rows(kind: str) -> list[dict[str, Any]]:
    """The questions of a ready survey as the formset shows them."""
    return [
        {
            "text": one.text, "kind": one.kind, "dimension": one.dimension, "competitor": one.competitor,
            "scale": scale_of(one.low, one.high), "low_label": one.low_label, "high_label": one.high_label,
            "lines": "\n".join(one.choices or one.rows), "is_required": one.is_required, "ORDER": place,
        }
        for place, one in enumerate(READY[kind].questions if kind in READY else (), start=1)
    ]  # fmt: skip


def scale_of(low: int, high: int) -> str:
    return next((name for name, bounds in BOUNDS.items() if bounds == (low, high)), "5")


class AskForm(SectionedForm, forms.Form):
    """Whom a survey is sent to: a saved view of contacts."""

    layout = (("", (("segment",),)),)
    segment = forms.ChoiceField(required=False, label="Segment", help_text="A saved view of the contacts.")

    def __init__(self, *, user: User, record: Survey, initial: dict[str, Any] | None = None, data: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.views = {str(view.pk): view for view in SavedView.objects.shown_to(user, LABEL)}
        named = [("", "All contacts that you see"), *((key, view.name) for key, view in self.views.items())]
        cast(forms.ChoiceField, self.fields["segment"]).choices = named

    @property
    def view(self) -> SavedView | None:
        return self.views.get(self.cleaned_data["segment"])


class TranslationForm(SectionedForm, forms.Form):
    """The texts of a survey in one language, each beside its own words; what stands there more than once, once."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    language = forms.CharField(max_length=5, widget=forms.HiddenInput())

    def __init__(self, *, user: User, record: Survey, initial: dict[str, Any], data: Any = None) -> None:
        language = str((data or {}).get("language") or initial.get("language") or "")
        said = record.translations.get(language, {})
        texts = texts_of(record, record.questions.filter(is_asked=True).order_by("position", "pk"))
        super().__init__(data, initial={"version": record.version, **said, "language": language})
        alike: dict[str, list[str]] = {}
        for key, text in texts.items():
            alike.setdefault(text, []).append(key)
        self.keys = {f"t-{keys[0]}": keys for keys in alike.values()}
        for name, keys in self.keys.items():
            text = texts[keys[0]]
            long = len(text) > 120 or keys[0] in ("intro", "thanks", "mail_text")
            self.fields[name] = forms.CharField(
                label=text, required=False, max_length=5_000,
                initial=next((said[key] for key in keys if said.get(key)), ""),
                widget=forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput(),
            )  # fmt: skip
        self.layout = (("", tuple((name,) for name in self.keys)),)

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"]
        if language not in NAMES:
            raise ValidationError("Choose a language.")
        return language

    @property
    def texts(self) -> dict[str, str]:
        return {key: self.cleaned_data[name] for name, keys in self.keys.items() for key in keys}
