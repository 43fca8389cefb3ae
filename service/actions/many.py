"""One step for many tickets of the list: solved, closed, or a macro used, each as on its page."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from crm.bulk.choosing import CannotChoose, Choice
from crm.company import current_company
from crm.jobs import JobError, Progress, start_job
from crm.languages.refusing import refused
from crm.merge_fields import Unknown
from crm.models import JobRun, User
from crm.templatetags.figures import number
from service.actions.states import close_ticket, solve_ticket
from service.actions.talking import reply
from service.choices import TicketState
from service.macros.actions import use_macro
from service.macros.filling import FIELDS, text_in, values_of
from service.macros.queries import macro_named
from service.models import Macro, Ticket

KIND = "step of tickets"
MACRO, SOLVE, CLOSE = "macro", "solve", "close"
STEPS = {MACRO: "Use a macro", SOLVE: "Solve", CLOSE: "Close for good"}
MOST = 5_000
EVERY = 20


def start_steps(*, actor: User, choice: Choice, step: str, macro: Macro | None, announced: str) -> JobRun:
    """Do one step for the chosen tickets of the list, as a job. Raises CannotChoose, ValidationError."""
    if choice.writable(actor).order_by()[: MOST + 1].count() > MOST:
        raise refused("At most %(most)s tickets at once: choose fewer of them.", most=lambda: number(MOST))
    parameters = {**choice.parameters, "step": step, "macro": macro.pk if macro else None}
    title = f"{STEPS[step] if macro is None else f'Use “{macro}”'}: {announced}"
    return start_job(actor=actor, kind=KIND, title=title[:200], parameters=parameters)


def run_steps(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: the tickets that its person may see and change now, one after the other; `left` counts by the
    reason those in which nothing was done."""
    actor, step = job.actor, job.parameters["step"]
    if actor is None or not actor.is_active:
        raise JobError("You may not do this any more. Nothing was changed.")
    macro = macro_named(actor, job.parameters["macro"]) if step == MACRO else None
    if step == MACRO and macro is None:
        raise JobError("The macro is not in use any more. Nothing was changed.")
    try:
        rows = Choice.kept(job.parameters).writable(actor)
    except CannotChoose as error:
        raise JobError(str(error)) from error
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[:MOST])
    company, left = current_company().name, Counter[str]()
    for place, key in enumerate(keys, start=1):
        try:
            with transaction.atomic():
                _do(actor, Ticket.objects.get(pk=key), step, macro, company)
        except ValidationError as error:
            left[" ".join(error.messages)] += 1
        except Unknown as error:
            left[f"{error}."] += 1
        if place % EVERY == 0 or place == len(keys):
            progress.report(place, len(keys), "Working on tickets")
    return {"tickets": len(keys), "done": len(keys) - left.total(), "left": dict(left.most_common(20))}


def _do(actor: User, ticket: Ticket, step: str, macro: Macro | None, company: str) -> None:
    if step == SOLVE:
        solve_ticket(actor=actor, ticket=ticket)
    elif step == CLOSE:
        close_ticket(actor=actor, ticket=ticket)
    elif macro is not None and macro.says_something:
        text = FIELDS.fill(text_in(macro, ticket.language)[0], values_of(ticket, actor, company))
        reply(actor=actor, ticket=ticket, text=text, macro=macro, then=macro.then or TicketState.WAITING)
    elif macro is not None:
        use_macro(actor=actor, ticket=ticket, macro=macro)
