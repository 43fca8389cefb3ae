"""What people type into the composer, parsed. Every form carries a token, so that sent twice it counts once."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from contacts.choices import CallOutcome, Channel, Direction
from contacts.models import Contact
from crm.agenda.choices import TaskKind
from crm.agenda.forms import QUICK_DAYS, TaskLineForm, quick_day
from crm.agenda.timing import moment_of
from crm.mail.addresses import checked_address
from crm.models import User
from crm.once import new_token

LONGEST_TEXT = 20_000
MOST_MENTIONS = 20
LONGEST_TITLE = 120
FOLLOW_UPS = (("", "No follow-up"), *QUICK_DAYS[1:4])


class Mentioning:
    """A form that the page sends the ids of those along who were named by @."""

    data: Any

    @property
    def mentioned(self) -> list[int]:
        """Ids that the page sent along."""
        sent = self.data.getlist("mentioned") if hasattr(self.data, "getlist") else []
        return [int(text) for text in sent[:MOST_MENTIONS] if text.isdecimal() and len(text) < 18]


class ComposerForm(Mentioning, forms.Form):
    """What the forms of the composer share: the token, who is writing, and the `people` it can be with."""

    form_token = forms.CharField(required=False, widget=forms.HiddenInput(), initial=new_token)
    asks_with_whom = False

    def __init__(self, data: Any = None, *, user: User, people: Sequence[Contact] = (), **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.user, self.people = user, {str(one.pk): one for one in people}
        if self.asks_with_whom and len(self.people) > 1:
            choices = [(key, one.name) for key, one in self.people.items()]
            self.fields["person"] = forms.ChoiceField(choices=choices, required=False, label="With")

    @property
    def contact(self) -> Contact:
        """With whom it is: as chosen, else the usual one."""
        return self.people[self.cleaned_data.get("person") or next(iter(self.people))]


class NoteForm(ComposerForm):
    text = forms.CharField(max_length=LONGEST_TEXT, label="Note")


class CallForm(ComposerForm):
    """A call that has just ended: answered, from the customer, now, unless said otherwise."""

    asks_with_whom = True
    outcome = forms.ChoiceField(choices=CallOutcome.choices, required=False)
    direction = forms.ChoiceField(choices=Direction.choices, required=False)
    text = forms.CharField(max_length=LONGEST_TEXT, required=False, label="What was said")
    minutes = forms.IntegerField(min_value=0, max_value=24 * 60, required=False, label="Minutes")
    occurred_at = forms.DateTimeField(required=False, label="When")
    follow_up = forms.ChoiceField(choices=FOLLOW_UPS, required=False, label="Follow-up")

    @property
    def touch(self) -> dict[str, Any]:
        """The cleaned values as `log_interaction` takes them."""
        cleaned = self.cleaned_data
        outcome = CallOutcome(cleaned["outcome"] or CallOutcome.ANSWERED)
        minutes = cleaned["minutes"]
        return {
            "channel": Channel.PHONE,
            "direction": cleaned["direction"] or Direction.INBOUND,
            "subject": first_line(cleaned["text"]) or f"Call: {outcome.label.lower()}",
            "body": cleaned["text"] if cleaned["text"].strip() != first_line(cleaned["text"]) else "",
            "outcome": outcome.value,
            "duration_seconds": None if minutes is None else minutes * 60,
            "occurred_at": cleaned["occurred_at"],
            "mentioned": self.mentioned,
        }

    @property
    def task_fields(self) -> dict[str, Any] | None:
        """The task that follows the call, as `create_task` takes it; None without one."""
        day = quick_day(self.cleaned_data["follow_up"], timezone.localdate())
        if day is None:
            return None
        said = first_line(self.cleaned_data["text"])
        title = f"Call back: {said}" if said else "Call back"
        return {"kind": TaskKind.CALL, "title": title[:200], "due_on": day, "owner": self.user}


class MeetingForm(ComposerForm):
    """A meeting: one that lies ahead becomes a task in the calendar, one that is over is logged."""

    asks_with_whom = True
    title = forms.CharField(max_length=200, label="What is it about?")
    day = forms.DateField(label="Day")
    time = forms.TimeField(label="Time")
    minutes = forms.IntegerField(min_value=5, max_value=7 * 24 * 60, required=False, label="Minutes")
    place = forms.CharField(max_length=200, required=False, label="Where")
    text = forms.CharField(max_length=LONGEST_TEXT, required=False, label="Notes")

    @property
    def starts_at(self) -> dt.datetime:
        zone = zoneinfo.ZoneInfo(timezone.get_current_timezone_name())
        moment = moment_of(self.cleaned_data["day"], self.cleaned_data["time"], zone)
        assert moment is not None  # noqa: S101 - both are required
        return moment

    @property
    def lies_ahead(self) -> bool:
        return self.starts_at > timezone.now()

    @property
    def touch(self) -> dict[str, Any]:
        """A meeting that was, as `log_interaction` takes it."""
        cleaned = self.cleaned_data
        place = f"{cleaned['place']}\n" if cleaned["place"] else ""
        return {
            "channel": Channel.MEETING,
            "direction": Direction.OUTBOUND,
            "subject": cleaned["title"],
            "body": f"{place}{cleaned['text']}".strip(),
            "duration_seconds": (cleaned["minutes"] or 0) * 60 or None,
            "occurred_at": self.starts_at,
            "mentioned": self.mentioned,
        }

    @property
    def task_fields(self) -> dict[str, Any]:
        """A meeting that will be, as `create_task` takes it."""
        cleaned = self.cleaned_data
        starts_at = self.starts_at
        return {
            "kind": TaskKind.MEETING,
            "title": cleaned["title"],
            "due_on": starts_at.date(),
            "due_at": starts_at,
            "minutes": cleaned["minutes"] or 60,
            "place": cleaned["place"],
            "text": cleaned["text"],
            "remind_before": 30,
            "owner": self.user,
        }


class MailForm(ComposerForm):
    to = forms.CharField(max_length=320, label="Recipient")
    subject = forms.CharField(max_length=200, label="Subject")
    text = forms.CharField(max_length=LONGEST_TEXT, label="Text")
    answers = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput())
    quoted = forms.CharField(max_length=LONGEST_TEXT, required=False, label="Quoted text")

    def clean_to(self) -> str:
        return checked_address(self.cleaned_data["to"])

    @property
    def contact(self) -> Contact:
        """Whose address it is; the usual one for an address that is nobody's."""
        wanted = self.cleaned_data["to"].casefold()
        found = (
            one for one in self.people.values() if wanted in {point.value.casefold() for point in one.points.all()}
        )
        return next(found, super().contact)


class MailDraftForm(forms.Form):
    """A mail as far as it is written: anything goes."""

    to = forms.CharField(max_length=320, required=False)
    subject = forms.CharField(max_length=200, required=False)
    text = forms.CharField(max_length=LONGEST_TEXT, required=False, strip=False)


class TaskComposerForm(Mentioning, TaskLineForm):
    """A task at a record."""


def first_line(text: str) -> str:
    """The first sentence or line of a text, short enough for a title."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if len(line) <= LONGEST_TITLE:
        return line
    return f"{line[:LONGEST_TITLE].rsplit(' ', 1)[0]}…"
