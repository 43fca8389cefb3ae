"""The REST API of tasks: the forms and actions of the pages, for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router
from pydantic import Field

from crm.agenda import actions
from crm.agenda.forms import TaskForm, about_of
from crm.catalogue import FieldSpec
from crm.choices import Verb
from crm.models import Task
from crm.rest.listing import ApiList
from crm.rest.resources import Resource, not_searched
from crm.rest.schemas import Input, list_parameters, page_schema, record_schema
from crm.rest.tokens import caller, reads, writes
from crm.rest.writing import Expected, acted, answer, created, filled, found, refuse_without

AREA = "tasks"
NAMES = {"owner_id": "owner", "contact_id": "about"}
tasks = Router(tags=["Tasks"])


def _own(name: str, label: str, path: str = "", **more: Any) -> FieldSpec:
    return FieldSpec(name, label, path or name, column=False, filter=False, **more)


def _version(task: Task) -> int:
    return task.version


TASKS = Resource(
    name="tasks",
    label="crm.task",
    noun="task",
    default_sort="-created_at",
    only=lambda spec: False,
    extras=(
        _own("title", "What is to be done"),
        _own("kind", "call, mail, meeting, todo"),
        _own("owner", "Who does it", select=("owner",)),
        _own("contact_id", "The contact that it is about, by id"),
        _own("due_on", "The day"),
        _own("due_at", "The moment on it; null: any time that day"),
        _own("minutes", "How long"),
        _own("place", "Where"),
        _own("text", "What to know"),
        _own("rule", "Repetition, as an RRULE of RFC 5545"),
        _own("remind_before", "Minutes before it that the owner is told"),
        _own("done_at", "When it was done; null while it is open"),
        _own("version", "The version, for a change"),
        _own("created_at", "When it was made", sort=True),
        _own("updated_at", "When it was last changed"),
    ),
    search=not_searched,
    version=_version,
    updated_path="updated_at",
)
TaskOut = record_schema("Task", TASKS)


class TaskFields(Input):
    """What can be set on a task. A value that is left out stays; null empties it."""

    title: str | None = Field(None, max_length=200, examples=["Call back about the quote"])
    kind: str | None = Field(None, examples=["call"])
    owner_id: int | None = Field(None, description="Who does it; you, unless said otherwise.")
    day: str | None = Field(None, description="As 2026-03-02.", examples=["2026-03-02"])
    time: str | None = Field(None, description="As 14:30, where the company is; empty: any time.", examples=["14:30"])
    minutes: int | None = None
    place: str | None = Field(None, max_length=200)
    text: str | None = Field(None, max_length=20_000)
    remind_before: int | None = Field(None, description="In minutes, one of those that the page offers.")
    repeats: str | None = Field(None, description="daily, weekly, monthly …; empty: once.")
    every: int | None = None
    until: str | None = None
    times: int | None = None


class TaskIn(TaskFields):
    contact_id: int | None = Field(None, description="The contact that it is about.")


class TaskPatch(TaskFields):
    version: int | None = Field(None, ge=0, description="The version that you read, unless you send `If-Match`.")


def _form(request: HttpRequest, given: dict[str, Any], record: Task | None) -> TaskForm:
    """The page's form, filled and valid."""
    user = caller(request)

    def make(data: Any) -> TaskForm:
        return TaskForm(user=user, record=record, initial={}, data=data)

    form: TaskForm = filled(make, given, NAMES, user)
    return form


@tasks.get("", response=page_schema("Task", TaskOut), auth=reads(AREA), openapi_extra=list_parameters(TASKS))
def list_tasks(request: HttpRequest) -> HttpResponse:
    """Tasks that you may see, the newest first."""
    return ApiList(TASKS, request).response()


@tasks.post("", response={201: TaskOut}, auth=writes(AREA))
def create_task(request: HttpRequest, body: Body[TaskIn]) -> HttpResponse:
    """Make a task. Whoever is given one by somebody else is told."""
    user = caller(request)
    refuse_without(user, Verb.ADD, Task)

    def make() -> Task:
        form = _form(request, body.model_dump(exclude_unset=True), None)
        return actions.create_task(actor=user, fields=form.task_fields, record=about_of(form))

    return created(TASKS, request, make)


@tasks.get("/{int:task_id}", response=TaskOut, auth=reads(AREA))
def get_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """One task, with its version as `ETag`."""
    return answer(TASKS, request, found(TASKS, request, task_id))


@tasks.patch("/{int:task_id}", response=TaskOut, auth=writes(AREA))
def change_task(request: HttpRequest, task_id: int, body: Body[TaskPatch]) -> HttpResponse:
    """Change what is given. Needs `If-Match` or `version`."""
    task = found(TASKS, request, task_id, Verb.CHANGE)
    expected = Expected(request, body.version)
    form = _form(request, body.model_dump(exclude_unset=True, exclude={"version"}), task)
    fields, user = form.task_fields, caller(request)
    expected.save(lambda: actions.change_task(actor=user, task=task, version=expected.version, fields=fields))
    return answer(TASKS, request, found(TASKS, request, task_id))


@tasks.post("/{int:task_id}/complete", response=TaskOut, auth=writes(AREA))
def complete_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Tick a task off; where it repeats, the next one is made. Doing it twice is doing it once."""
    task = found(TASKS, request, task_id, Verb.CHANGE)
    acted(lambda: actions.complete_task(actor=caller(request), task=task))
    return answer(TASKS, request, found(TASKS, request, task_id))


@tasks.post("/{int:task_id}/reopen", response=TaskOut, auth=writes(AREA))
def reopen_task(request: HttpRequest, task_id: int) -> HttpResponse:
    """Take the tick back."""
    task = found(TASKS, request, task_id, Verb.CHANGE)
    acted(lambda: actions.reopen_task(actor=caller(request), task=task))
    return answer(TASKS, request, found(TASKS, request, task_id))
