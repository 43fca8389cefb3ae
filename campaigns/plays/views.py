"""The pages of plays: all of them, one with its steps, people and result, its form, and the changes of its state."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from campaigns.choices import PLAY_TONES, PlayState
from campaigns.models import Play, PlayEntry
from campaigns.plays import actions, queries
from campaigns.plays.approving import needs_approval
from campaigns.plays.checking import faults_of
from campaigns.plays.forms import PlayForm
from campaigns.plays.page import PlayPage
from campaigns.plays.ready import READY, Ready, ready_play
from campaigns.tallies import sees_everybody
from crm.access import can
from crm.choices import Verb
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from crm.views.lists import ListExport, ListPage


class PlayListView(ListPage):
    model = Play
    heading = "Plays"
    default_sort = "name"
    phone = {"state": "cell-end", "event": "cell-secondary", "lift": "cell-secondary-end"}
    new_url_name = "campaigns:play_create"
    new_label = "New play"
    export_url_name = "campaigns:play_export"
    empty_title = "No plays yet"
    empty_text = "What is done by itself after an event: a first order, and then mails and tasks until the next one."


class PlayExportView(ListExport, PlayListView):
    """The list's rows as a file."""


class PlayDetailView(ScopedView):
    """One play: its steps with what became of them, who is inside and where, who left and why, and what it was
    worth beside its control group."""

    model = Play

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        play, user = self.get_record(), self.request.user
        may_change = can(user, Verb.CHANGE, play)
        steps = [(line, queries.mail_of(line.step)) for line in queries.step_lines(user, play)]
        context = {
            "record": play,
            "tone": PLAY_TONES[play.state],
            "page": PlayPage(play, queries.figures_of(user, [play])[play.pk]),
            "steps": steps,
            "writes": any(mail and line.step.removed_at is None for line, mail in steps),
            "exits": queries.exits_of(user, play),
            "newest": [(row, can(user, Verb.CHANGE, row)) for row in queries.newest_entries(user, play)],
            "faults": faults_of(play, user) if may_change and play.state != PlayState.ENDED else [],
            "was_held": may_change and queries.was_held(play),
            "may_change": may_change,
            **self._approval(play, may_change=may_change),
            "is_narrowed": not sees_everybody(user),
        }
        return render(request, "campaigns/plays/detail.html", context)

    def _approval(self, play: Play, *, may_change: bool) -> dict[str, Any]:
        """Whether a second person has to approve it before it starts or goes on, and who may."""
        is_standing = play.state in (PlayState.DRAFT, PlayState.PAUSED)
        is_needed = may_change and is_standing and play.approved_at is None and needs_approval(play)
        return {"needs_approval": is_needed, "asked_by_me": play.asked_by_id == self.request.user.pk}

    def get_queryset(self) -> Any:
        return (
            super()
            .get_queryset()
            .select_related("owner", "asked_by", "approved_by", "product", "audience", "event_segment", "goal_segment")
        )


class PlayFormView(FormPage):
    """What making and changing a play share."""

    model = Play
    form_class = PlayForm
    list_url_name = "campaigns:play_list"
    template_name = "campaigns/plays/form.html"


class PlayCreateView(PlayFormView):
    verb = Verb.ADD
    heading = "New play"
    submit_label = "Keep the play"
    done = "“{record}” is kept: look it over and start it."

    @cached_property
    def ready(self) -> Ready | None:
        """The ready play that it starts from (`?from=`)."""
        return ready_play(self.request.GET.get("from", ""))

    def get_initial(self) -> dict[str, Any]:
        return self.ready.initial(self.request.user) if self.ready else {}

    def get_context_data(self, form: PlayForm) -> dict[str, Any]:
        missing = self.ready.missing(self.request.user) if self.ready else None
        return super().get_context_data(form) | {"ready": self.ready, "ready_plays": READY, "missing": missing}

    def save(self, form: PlayForm) -> Play:
        return actions.create_play(actor=self.request.user, fields=form.play_fields, steps=form.steps.steps)


class PlayUpdateView(PlayFormView):
    verb = Verb.CHANGE
    heading = "Edit {record}"
    done = "Saved “{record}”. Who is inside goes on by it as it is now."

    def save(self, form: PlayForm) -> Play:
        return actions.change_play(
            actor=self.request.user, play=self.record, version=form.cleaned_data["version"], fields=form.play_fields,
            steps=form.steps.steps,
        )  # fmt: skip


class PlayStateView(ActionView):
    """What the changes of a play's state share."""

    model = Play


class PlayAskView(PlayStateView):
    done = "A second person is asked to approve “{record}”."

    def act(self, record: Play) -> None:
        actions.ask_play_approval(actor=self.request.user, play=record)


class PlayApproveView(PlayStateView):
    done = "“{record}” is approved: it can be started."

    def act(self, record: Play) -> None:
        actions.approve_play(actor=self.request.user, play=record)


class PlayStartView(PlayStateView):
    done = "“{record}” runs: events from today on let people in."

    def act(self, record: Play) -> None:
        actions.start_play(actor=self.request.user, play=record)


class PlayPauseView(PlayStateView):
    done = "“{record}” is paused: nobody comes in, and nothing is done."

    def act(self, record: Play) -> None:
        actions.pause_play(actor=self.request.user, play=record)


class PlayResumeView(PlayStateView):
    done = "“{record}” goes on."

    def act(self, record: Play) -> None:
        actions.resume_play(actor=self.request.user, play=record)


class PlayEndView(PlayStateView):
    done = "“{record}” has ended; what it was worth goes on being counted until the last window is over."

    def act(self, record: Play) -> None:
        actions.end_play(actor=self.request.user, play=record)


class PlayTakeOutView(ActionView):
    """Takes one person out of a play."""

    model = PlayEntry
    done = "They are out: nothing more is done with them."

    def act(self, record: PlayEntry) -> None:
        actions.take_out(actor=self.request.user, entry=record)

    def get_success_url(self, record: PlayEntry) -> str:
        return record.play.get_absolute_url()
