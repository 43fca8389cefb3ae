"""The composer and the timeline on a deal's page: those of a contact's page, with the people of the deal."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Prefetch

from contacts.composing import views
from contacts.composing.place import Place
from contacts.history import ContactTimelineView
from contacts.models import Contact
from contacts.queries import points_shown
from crm.models import User
from pipeline.models import Deal


def people_of(user: User, deal: Deal) -> list[Contact]:
    """With whom one talks about a deal, as far as the person may see them: its person, those with a role in it, its
    organization. With their ways to be reached; two queries."""
    roles = deal.roles.all()
    order = [deal.contact_id, *(role.contact_id for role in roles), deal.organization_id]
    keys = list(dict.fromkeys(key for key in order if key is not None))
    rows = Contact.objects.visible_to(user).filter(pk__in=keys)
    found = {one.pk: one for one in rows.prefetch_related(Prefetch("points", points_shown(user)))} if keys else {}
    return [found[key] for key in keys if key in found]


AT_DEAL = Place(
    {
        "note": "pipeline:deal_note",
        "call": "pipeline:deal_call",
        "mail": "pipeline:deal_mail",
        "meeting": "pipeline:deal_meeting",
        "task": "pipeline:deal_task",
        "draft": "pipeline:deal_draft",
        "part": "pipeline:deal_composer",
        "timeline": "pipeline:deal_timeline",
    },
    people_of,
    "Calls, mails, meetings and every move of this deal will stand here.",
    ("Deals", "pipeline:deal_list"),
)


class OnDeal:
    """Makes a view of the composer one of a deal's page."""

    model: type[models.Model] = Deal
    place = AT_DEAL


class DealNoteView(OnDeal, views.NoteCreateView):
    """A note."""


class DealCallView(OnDeal, views.CallCreateView):
    """A call, and what follows it."""


class DealMailView(OnDeal, views.MailSendView):
    """A mail to one of the people of the deal."""


class DealMeetingView(OnDeal, views.MeetingCreateView):
    """A meeting that was, or will be."""


class DealTaskView(OnDeal, views.TaskCreateView):
    """A task."""


class DealDraftView(OnDeal, views.MailDraftKeepView):
    """What is typed of a mail."""


class DealComposerView(OnDeal, views.ComposerPartView):
    """One form of the composer."""


class DealFileView(OnDeal, views.FileAddView):
    """A file for the deal."""


class DealTimelineView(OnDeal, ContactTimelineView):
    """The timeline, narrowed or older."""

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("stage")
