"""What people type about tasks, parsed."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_noop

from crm.agenda.choices import REMINDERS, Repeats, TaskKind
from crm.agenda.recurrence import MOST_EVERY, MOST_TIMES, Repetition, make_rule, read_rule
from crm.agenda.timing import moment_of
from crm.catalogue import record_models
from crm.fields import RecordField, SectionedForm
from crm.models import Task, User
from crm.once import new_token

if TYPE_CHECKING:
    from django.db.models import Model

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
UNSEEN = "a record that you cannot see"
QUICK_DAYS: tuple[tuple[str, str], ...] = (
    ("today", "Today"),
    ("tomorrow", "Tomorrow"),
    ("days", "In 3 days"),
    ("week", "Next week"),
    ("none", "No day"),
)


def quick_day(word: str, today: dt.date) -> dt.date | None:
    """The day that a quick choice stands for; next week begins on Monday."""
    days = {"today": 0, "tomorrow": 1, "days": 3, "week": 7 - today.weekday()}
    return today + dt.timedelta(days=days[word]) if word in days else None


class TaskForm(SectionedForm, forms.ModelForm):
    """A task with all that it can have; `record` is the task to change, None for a new one."""

    layout = (
        ("", (("title",), ("kind", "owner"), ("about",))),
        ("When", (("day", "time", "minutes"), ("remind_before", "place"))),
        ("Comes again", (("repeats", "every"), ("until", "times"))),
        ("More", (("text",),)),
    )

    about = forms.Field(required=False)
    day = forms.DateField(required=False, widget=DAY)
    time = forms.TimeField(required=False, widget=TIME, help_text="Empty: any time that day.")
    remind_before = forms.TypedChoiceField(
        choices=[("", "no reminder"), *REMINDERS], coerce=int, empty_value=None, required=False, label="Reminder"
    )
    repeats = forms.ChoiceField(choices=[("", "once"), *Repeats.choices], required=False, label="How often")
    every = forms.IntegerField(
        min_value=1, max_value=MOST_EVERY, required=False, label="Every how many", help_text="2: every other time."
    )
    until = forms.DateField(required=False, widget=DAY, label="Until")
    times = forms.IntegerField(min_value=1, max_value=MOST_TIMES, required=False, label="Or so many times")
    version = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Task
        fields = ("title", "kind", "owner", "minutes", "place", "text")
        labels = {"minutes": "Minutes", "text": "What to know", "title": "What is to be done?"}
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *, user: User, record: Task | None, initial: dict[str, Any], data: Any = None) -> None:
        self.user, self.record = user, record
        super().__init__(data=data, instance=record, initial={**self._initial_of(record, user), **initial})
        owners = User.objects.visible_to(user).filter(is_active=True)
        if record and record.owner_id:
            owners |= User.objects.filter(pk=record.owner_id)
        owner = cast(forms.ModelChoiceField, self.fields["owner"])
        owner.queryset, owner.required, owner.empty_label = owners, True, None
        owner.label = "Who does it"
        self._offer_records(record)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("day") is None:
            for name, words in (
                ("time", gettext_noop("A time needs its day.")),
                ("repeats", gettext_noop("What comes again begins on a day.")),
            ):
                if cleaned.get(name):
                    self.add_error("day", words)
        if cleaned.get("until") and cleaned.get("day") and cleaned["until"] < cleaned["day"]:
            self.add_error("until", "This is before the first day.")
        return cleaned

    def clean_time(self) -> dt.time | None:
        return cast("dt.time | None", self.cleaned_data["time"])

    @property
    def task_fields(self) -> dict[str, Any]:
        """The cleaned values as the actions take them."""
        cleaned = self.cleaned_data
        names = ("title", "kind", "owner", "minutes", "place", "text", "remind_before")
        fields = {name: cleaned[name] for name in names}
        return {**fields, "due_on": cleaned["day"], "due_at": self._moment(), "rule": self._rule()}

    def _moment(self) -> dt.datetime | None:
        day = self.cleaned_data["day"]
        zone = zoneinfo.ZoneInfo(timezone.get_current_timezone_name())
        return moment_of(day, self.cleaned_data["time"], zone) if day else None

    def _rule(self) -> str:
        cleaned = self.cleaned_data
        if not cleaned["repeats"] or not cleaned["day"]:
            return ""
        every, until, times = cleaned["every"] or 1, cleaned["until"], cleaned["times"]
        return make_rule(Repetition(cleaned["repeats"], every, until, times), cleaned["day"])

    def _offer_records(self, record: Task | None) -> None:
        """What the task is about, where it is made; later it stays."""
        label = next((label for label, kind in record_models().items() if kind.options_url_name), "")
        if record is not None or not label:
            del self.fields["about"]
            return
        rows: Any = apps.get_model(label)._default_manager
        self.fields["about"] = RecordField(
            queryset=rows.visible_to(self.user), url_name=record_models()[label].options_url_name, required=False
        )

    @staticmethod
    def _initial_of(record: Task | None, user: User) -> dict[str, Any]:
        if record is None:
            return {"owner": user.pk, "day": timezone.localdate(), "every": 1}
        repetition = read_rule(record.rule)
        initial: dict[str, Any] = {"version": record.version, "remind_before": record.remind_before, "every": 1}
        initial |= {"day": record.due_on}
        if record.due_at:
            local = timezone.localtime(record.due_at)
            initial |= {"day": local.date(), "time": local.time()}
        if repetition:
            initial |= {"repeats": repetition.repeats, "every": repetition.every}
            initial |= {"until": repetition.until, "times": repetition.times}
        return initial


class TaskLineForm(forms.Form):
    """A task in one line: what, when, for whom. On the page of tasks and in the composer of a record."""

    title = forms.CharField(max_length=200, label="What is to be done?")
    kind = forms.ChoiceField(choices=TaskKind.choices, required=False)
    quick = forms.ChoiceField(choices=[*QUICK_DAYS, ("", "")], required=False, label="When")
    day = forms.DateField(required=False, widget=DAY, label="On a day")
    time = forms.TimeField(required=False, widget=TIME, label="At")
    owner = forms.ModelChoiceField(queryset=User.objects.none(), required=False, label="Who does it")
    text = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 2}))
    form_token = forms.CharField(required=False, widget=forms.HiddenInput(), initial=new_token)

    def __init__(self, data: Any = None, *, user: User, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user = user
        owners = User.objects.visible_to(user).filter(is_active=True)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = owners

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = cleaned.get("day") or quick_day(cleaned.get("quick", ""), timezone.localdate())
        if cleaned.get("time") and day is None:
            day = timezone.localdate()
        cleaned["day"] = day
        return cleaned

    @property
    def task_fields(self) -> dict[str, Any]:
        """The cleaned values as `create_task` takes them."""
        cleaned = self.cleaned_data
        day, zone = cleaned["day"], zoneinfo.ZoneInfo(timezone.get_current_timezone_name())
        due_at = moment_of(day, cleaned.get("time"), zone) if day else None
        return {
            "title": cleaned["title"],
            "kind": cleaned["kind"] or TaskKind.TODO,
            "owner": cleaned["owner"] or self.user,
            "text": cleaned["text"],
            "due_on": day,
            "due_at": due_at,
            "remind_before": 10 if due_at else None,
        }


class SnoozeForm(forms.Form):
    """Until when a task is put off: a word, or a day."""

    quick = forms.ChoiceField(choices=QUICK_DAYS, required=False)
    until = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["until"] = cleaned.get("until") or quick_day(cleaned.get("quick", ""), timezone.localdate())
        if cleaned["until"] is None:
            raise ValidationError("Until when? Choose a day.")
        return cleaned


def about_of(form: TaskForm) -> Model | None:
    """The record that a new task is about."""
    return cast("Model | None", form.cleaned_data.get("about"))
