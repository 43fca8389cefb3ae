"""The records of somebody who leaves: to a colleague or a team, all kinds at once; and the end of their access."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models, transaction

from crm.accounts.actions import end_sessions
from crm.choices import FINISHED_JOB_STATES, JobQueue
from crm.grants import AccessPaths
from crm.jobs import JobError, Progress, request_cancel, start_job
from crm.log import log
from crm.models import ApiToken, JobRun, Share, Team, User
from crm.signals import records_handed_over

KIND = "hand over"
AT_ONCE = 5_000


def owned_models() -> list[type[models.Model]]:
    """The kinds of records that somebody is in charge of: with an owner and a team of their own."""
    return [model for model in apps.get_models() if _is_owned(model)]


def count_owned(user: User) -> dict[str, int]:
    """How many records of each kind are in the person's charge, by the name of the kind."""
    return {
        str(model._meta.verbose_name_plural): model._default_manager.filter(**{_paths(model).owner: user}).count()
        for model in owned_models()
    }


def start_handover(*, actor: User, user: User, to: User | None, team: Team | None) -> JobRun:
    """Hand all records of a person to a colleague (who takes them into their team), or to a team without an owner."""
    if (to is None) == (team is None):
        raise ValidationError("Choose a colleague or a team, one of the two.")
    if to is not None and (to == user or not to.is_active):
        raise ValidationError("Choose a colleague who stays.")
    parameters = {"from": user.pk, "to": to.pk if to else None, "team": team.pk if team else None}
    title = f"Hand the records of {user} over to {to or team}"
    return start_job(actor=actor, kind=KIND, title=title, parameters=parameters, queue=JobQueue.BATCH)


def run_handover(job: JobRun, progress: Progress) -> dict[str, Any]:
    """Handler of the job: one transaction, one row of the log; a second run finds nothing left to do."""
    said = job.parameters
    user = User.objects.get(pk=said["from"])
    to, team = User.objects.filter(pk=said["to"]).first(), Team.objects.filter(pk=said["team"]).first()
    if (to is None and team is None) or (to is not None and not to.is_active):
        raise JobError("Whoever was to get the records is not here any more. Nothing was handed over.")
    total, done = sum(count_owned(user).values()), 0
    counts: dict[str, int] = {}
    with transaction.atomic():
        for model in owned_models():
            name = str(model._meta.verbose_name_plural)
            for keys in _hand_over(model, user, to, to.team if to else team):
                records_handed_over.send(model, keys=keys, user=user, to=to, job=job)
                counts[name] = counts.get(name, 0) + len(keys)
                done += len(keys)
                progress.report(done, total, f"Handing over {name}")
        words = ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "nothing was left"
        log(actor=job.actor, verb="hand over", object=user, summary=f"{user} to {to or team}: {words}", job=job)
    return {"to": str(to or team), **counts}


@transaction.atomic
def deactivate_person(*, actor: User | None, user: User) -> None:
    """Nobody is deleted: what they did stays theirs. Sessions, tokens, shares and running jobs end at once."""
    if user == actor:
        raise ValidationError("You would lock yourself out.")
    User.objects.filter(pk=user.pk).update(is_active=False)
    end_access(actor=actor, user=user)
    log(actor=actor, verb="deactivate", object=user, summary=f"{user} may not sign in any more")


def end_access(*, actor: User | None, user: User) -> None:
    """All that lets a person in, or works in their name."""
    end_sessions(actor=actor, user=user)
    ApiToken.objects.filter(user=user).delete()
    Share.objects.filter(user=user).delete()
    for job in JobRun.objects.filter(actor=user).exclude(state__in=FINISHED_JOB_STATES):
        request_cancel(actor=actor, job=job)


def _hand_over(model: type[models.Model], user: User, to: User | None, team: Team | None) -> Iterator[list[Any]]:
    """Some thousand rows at a time; yields their keys."""
    paths, rows = _paths(model), model._default_manager
    changes: dict[str, Any] = {paths.owner: to, paths.team: team}
    if any(field.name == "version" for field in model._meta.fields):
        changes["version"] = models.F("version") + 1
    while keys := list(rows.filter(**{paths.owner: user}).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        rows.filter(pk__in=keys).update(**changes)
        yield keys


def _paths(model: type[models.Model]) -> AccessPaths:
    paths: AccessPaths = getattr(model, "access", AccessPaths())
    return paths


def _is_owned(model: type[models.Model]) -> bool:
    paths = _paths(model)
    has_both = bool(paths.owner and paths.team) and "__" not in paths.owner + paths.team
    return has_both and not paths.through and not paths.parent  # with a parent alone: sums of it, which follow it
