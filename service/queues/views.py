"""The page of queues, and the forms that make and change one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from crm.access import can
from crm.choices import Verb
from crm.models import Mailbox
from crm.views.base import ActionView, ScopedView
from crm.views.forms import FormPage
from service.models import Queue
from service.queues import actions
from service.queues.forms import QueueForm
from service.queues.queries import changed_lately, queue_lines

LIST = "service:queue_list"


class QueueListView(ScopedView):
    """Every queue in its order, what waits in it, and what was changed lately."""

    model = Queue

    def get(self, request: HttpRequest) -> HttpResponse:
        user = self.request.user
        if not can(user, Verb.VIEW, Queue):
            raise PermissionDenied
        context = {
            "lines": queue_lines(user),
            "entries": changed_lately(user),
            "sees_mailboxes": can(user, Verb.VIEW, Mailbox),
            "may_add": can(user, Verb.ADD, Queue),
            "may_change": can(user, Verb.CHANGE, Queue),
            "may_delete": can(user, Verb.DELETE, Queue),
        }
        return render(request, "service/queues/list.html", context)


class QueueFormView(FormPage):
    model: Any = Queue
    form_class: Any = QueueForm
    places = ("position",)
    list_url_name = LIST

    def refuse_stale(self) -> None:
        actions.hold_queues()
        super().refuse_stale()

    def get_success_url(self, record: Any) -> str:
        return reverse(LIST)

    def get_cancel_url(self) -> str:
        return reverse(LIST)


class QueueCreateView(QueueFormView):
    verb = Verb.ADD
    heading = "New queue"
    done = "The queue “{record}” takes tickets from now on."

    def save(self, form: QueueForm) -> Queue:
        return actions.save_queue(actor=self.request.user, queue=None, fields=form.queue_fields)


class QueueUpdateView(QueueFormView):
    verb = Verb.CHANGE
    heading = "Queue “{record}”"
    done = "Saved “{record}”."

    def save(self, form: QueueForm) -> Queue:
        return actions.save_queue(actor=self.request.user, queue=self.record, fields=form.queue_fields)


class QueueRemoveView(ActionView):
    model = Queue
    verb = Verb.DELETE
    done = "The queue “{record}” is taken away."

    def act(self, record: Queue) -> None:
        actions.remove_queue(actor=self.request.user, queue=record)

    def get_success_url(self, record: Any) -> str:
        return reverse(LIST)
