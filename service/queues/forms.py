"""What managers type about queues, parsed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import Q

from crm.access import can
from crm.choices import Verb
from crm.conflicts import is_untouched
from crm.fields import SectionedForm
from crm.models import Mailbox, Team, User
from crm.saving import place_in
from service.choices import MacroReach
from service.models import Macro, Queue


class QueueForm(SectionedForm, forms.ModelForm):
    """A queue: who answers it, which mails come into it, what becomes of quiet tickets. The mailbox is there for who
    may see mailboxes; else it stays as it is."""

    layout = (
        ("", (("name", "position"), ("team", "mailbox"))),
        (
            "When a customer does not answer",
            (("notice_after_days", "close_after_days"), ("end_after_days", "notice_macro")),
        ),
    )

    class Meta:
        model = Queue
        fields = (
            "name", "position", "team", "mailbox", "notice_after_days", "close_after_days", "end_after_days",
            "notice_macro",
        )  # fmt: skip
        labels = {
            "position": "Rank",
            "team": "Answered by the team",
            "mailbox": "Mails to the mailbox",
            "notice_after_days": "Reminder after days",
            "close_after_days": "Solved so many days later",
            "end_after_days": "Closed for good after days",
            "notice_macro": "Words of the reminder",
        }
        help_texts = {
            "position": "The first takes tickets that name no queue. The others make room; empty: it stays.",
            "team": "A ticket that comes into the queue from now on is the team’s. Empty: nobody’s in particular.",
            "mailbox": "What comes to it becomes a ticket of this queue.",
            "notice_macro": "A macro of the house, in its languages. Empty: our own words, in the ticket’s language.",
        }

    def __init__(self, *, user: User, record: Queue | None, initial: dict[str, Any], data: Any = None) -> None:
        place = place_in(list(Queue.objects.all()), record)
        super().__init__(data=data, instance=record, initial={"position": place, **initial})
        self.fields["position"].required = False
        kept = record or Queue()
        self._offer("team", Team.objects.visible_to(user), "no team")
        usable = Q(reach=MacroReach.ALL, is_active=True) | Q(pk=kept.notice_macro_id)
        self._offer("notice_macro", Macro.objects.visible_to(user).filter(usable), "our own words")
        if can(user, Verb.VIEW, Mailbox):
            free = Q(queue=None) | Q(queue=kept.pk)
            self._offer("mailbox", Mailbox.objects.visible_to(user).filter(free), "no mailbox")
        else:
            del self.fields["mailbox"]

    def _offer(self, name: str, rows: Any, empty: str) -> None:
        field = cast(forms.ModelChoiceField, self.fields[name])
        field.queryset, field.empty_label = rows, empty

    def _post_clean(self) -> None:
        """The action checks the whole queue."""

    @property
    def queue_fields(self) -> dict[str, Any]:
        """A place that was not typed is none: the queue stays where it stands by now."""
        fields = {name: self.cleaned_data[name] for name in self.fields}
        return {**fields, "position": None} if is_untouched(self.data, "position") else fields
