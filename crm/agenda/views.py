"""The pages of tasks: what is to be done, one task, its form, and the small steps of a task's life."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from crm.access import can
from crm.agenda import actions, queries
from crm.agenda.forms import QUICK_DAYS, SnoozeForm, TaskForm, TaskLineForm, about_of
from crm.agenda.recurrence import in_words
from crm.choices import Verb
from crm.hanging import seen_record, with_records
from crm.languages.telling import spoken, spoken_after, spoken_refusal
from crm.models import Task, User
from crm.once import led_to, sent_before
from crm.views.base import ScopedView
from crm.views.forms import REFUSED, FormPage


class TaskListView(ScopedView):
    """Overdue, today, next; what is due (`?show=due`) or done (`?show=done`). `?who=` are a colleague's, for who leads
    the team; POST adds one."""

    model = Task

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show(TaskLineForm(user=self.request.user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A task in one line; what was typed stays where it is refused."""
        user = self.request.user
        form = TaskLineForm(request.POST, user=user)
        if not form.is_valid():
            return self.show(form, REFUSED)
        with transaction.atomic():
            if sent_before(user=user, data=request.POST) is None:
                task = actions.create_task(actor=user, fields=form.task_fields)
                led_to(user=user, data=request.POST, url=task.get_absolute_url())
                messages.success(request, spoken(request, "Added: %(title)s", title=task.title))
        return redirect("agenda:task_list")

    def show(self, form: TaskLineForm, status: int = 200) -> HttpResponse:
        user = self.request.user
        owner, people = whose_tasks(user, self.request.GET.get("who", ""))
        shown = self.request.GET.get("show", "")
        is_done, is_due = shown == "done", shown == "due"
        groups = [] if is_done else queries.groups_of(user, owner, timezone.localdate())
        groups = [group for group in groups if not is_due or group.name in queries.DUE_GROUPS]
        context = {
            "form": form,
            "quick_days": QUICK_DAYS,
            "snooze_days": QUICK_DAYS[1:4],
            "owner": owner,
            "is_mine": owner == user,
            "is_done": is_done,
            "is_due": is_due,
            "done": queries.done_of(user, owner) if is_done else [],
            "groups": [group for group in groups if group.tasks],
            "counts": {group.name: len(group.tasks) for group in groups},
            "people": people,
        }
        return render(self.request, "agenda/task_list.html", context, status=status)


class TaskDetailView(ScopedView):
    """One task, for whoever may see it."""

    model = Task

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        (task,) = with_records(self.request.user, [self.get_record()])
        context = {
            "task": task,
            "repetition": in_words(task.rule),
            "may_change": can(self.request.user, Verb.CHANGE, task),
            "may_delete": can(self.request.user, Verb.DELETE, task),
        }
        return render(request, "agenda/task_detail.html", context)


class TaskFormView(FormPage):
    model = Task
    form_class = TaskForm
    list_url_name = "agenda:task_list"
    template_name = "agenda/task_form.html"


class TaskCreateView(TaskFormView):
    verb = Verb.ADD
    heading = "New task"
    submit_label = "Add task"
    done = "Added: {record.title}"

    def get_initial(self) -> dict[str, Any]:
        wanted = self.request.GET
        initial: dict[str, Any] = {}
        if wanted.get("record"):
            initial["about"] = seen_record(self.request.user, wanted["record"]).pk
        return initial | {name: wanted[name] for name in ("day", "time", "kind", "title") if wanted.get(name)}

    def save(self, form: TaskForm) -> Task:
        return actions.create_task(actor=self.request.user, fields=form.task_fields, record=about_of(form))

    def get_success_url(self, record: Any) -> str:
        return reverse("agenda:task_list")


class TaskUpdateView(TaskFormView):
    verb = Verb.CHANGE
    heading = "Edit the task"
    done = "Saved: {record.title}"

    def save(self, form: TaskForm) -> Task:
        version = form.cleaned_data["version"]
        return actions.change_task(actor=self.request.user, task=self.record, version=version, fields=form.task_fields)


class TaskStepView(ScopedView):
    """A step in a task's life: POST only. Answers with the task's line, or leads back to where it was taken."""

    model = Task
    verb = Verb.CHANGE
    http_method_names = ["post"]
    done = ""

    def act(self, task: Task) -> None:
        """Do it; a `ValidationError` becomes a message."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        task, refusal = self.get_record(), ""
        try:
            self.act(task)
        except ValidationError as error:
            refusal = spoken_refusal(request, error)
        if request.headers.get("HX-Request"):
            rows = Task.objects.filter(pk=task.pk).select_related("owner", "maker")
            (fresh,) = with_records(self.request.user, rows) or [task]
            context = {
                "task": fresh,
                "is_changed": True,
                "refusal": refusal,
                "hides_record": "plain" in request.POST,
                "snooze_days": QUICK_DAYS[1:4],
            }
            return render(request, "agenda/_task.html", context)
        if refusal:
            messages.error(request, refusal)
        else:
            messages.success(request, spoken_after(request, self.done, task=task))
        return redirect(self.get_back_url())

    def get_back_url(self) -> str:
        back = self.request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return back if is_ours else reverse("agenda:task_list")


class TaskCompleteView(TaskStepView):
    done = "Done: {task.title}"

    def act(self, task: Task) -> None:
        actions.complete_task(actor=self.request.user, task=task)


class TaskReopenView(TaskStepView):
    done = "Open again: {task.title}"

    def act(self, task: Task) -> None:
        actions.reopen_task(actor=self.request.user, task=task)


class TaskSnoozeView(TaskStepView):
    done = "Put off: {task.title}"

    def act(self, task: Task) -> None:
        form = SnoozeForm(self.request.POST)
        if not form.is_valid():
            raise ValidationError([one for errors in form.errors.as_data().values() for one in errors])
        actions.snooze_task(actor=self.request.user, task=task, until=form.cleaned_data["until"])


class TaskDeleteView(ScopedView):
    model = Task
    verb = Verb.DELETE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        task = self.get_record()
        actions.delete_task(actor=self.request.user, task=task)
        messages.success(request, spoken(request, "Taken away: %(title)s", title=task.title))
        return redirect("agenda:task_list")


def whose_tasks(user: User, wanted: str) -> tuple[User, list[User]]:
    """Whose tasks are shown, and whose may be. Raises 404 for one whose tasks the person may not look through."""
    people = queries.colleagues_with_tasks(user)
    if not wanted or wanted == str(user.pk):
        return user, people
    for person in people:
        if str(person.pk) == wanted:
            return person, people
    raise Http404("These are not yours to look through.")
