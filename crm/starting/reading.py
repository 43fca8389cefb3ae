"""The steps of a person, with what is done; and what has been skipped or put away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from crm.access import can
from crm.catalogue import catalogues
from crm.choices import Verb
from crm.company import current_company
from crm.guide.reading import address_of_chapter
from crm.log import log
from crm.models import Company, LogEntry, User
from crm.starting.spec import StartStep

NEW_FOR_DAYS = 30
"""So long a colleague counts as new."""


@dataclass(frozen=True)
class Shown:
    """A step as a page draws it."""

    name: str
    label: str
    text: str
    action: str
    url: str
    done: bool
    skipped: bool
    help_url: str
    is_post: bool

    @property
    def is_open(self) -> bool:
        return not self.done and not self.skipped


@dataclass(frozen=True)
class Steps:
    """Steps in their order; `next` is the first that is neither done nor skipped."""

    steps: Sequence[Shown]

    @property
    def next(self) -> Shown | None:
        return next((one for one in self.steps if one.is_open), None)

    @property
    def done(self) -> int:
        return sum(one.done for one in self.steps)

    @property
    def count(self) -> int:
        return len(self.steps)


def may_set_up(user: User) -> bool:
    """Who sets the house up: administrators."""
    return can(user, Verb.CHANGE, Company)


def setup_steps(user: User) -> Steps:
    """What a new instance needs."""
    skipped = current_company().setup_skipped
    found = (step for step in _all_steps() if step.is_setup and step.may(user))
    return Steps([_shown(step, user, skipped) for step in found])


def first_steps(user: User) -> Steps:
    """What somebody new in their role tries first."""
    found = (step for step in _all_steps() if user.role in step.roles and step.may(user))
    return Steps([_shown(step, user, ()) for step in found])


def is_setup_shown(user: User) -> bool:
    """Whether the set-up is still somebody's concern: until it is put away, or nothing is left to do."""
    return may_set_up(user) and current_company().setup_closed_at is None


def is_new(user: User) -> bool:
    """Whether a colleague is still shown their first steps."""
    days = (timezone.now() - user.created_at).days
    return user.start_closed_at is None and days < NEW_FOR_DAYS


def has_done(model: str) -> Callable[[User], bool]:
    """A test for steps: whether the person has done something with a record of this model, by the log."""
    return lambda user: LogEntry.objects.filter(actor=user, model=model).exists()


@transaction.atomic
def skip_step(*, actor: User, name: str, is_skipped: bool) -> None:
    """Pass a step of the set-up over, or take it up again. An unknown name is passed over."""
    company = Company.objects.select_for_update().get()
    if name not in {step.name for step in _all_steps() if step.is_setup}:
        return
    skipped = [one for one in company.setup_skipped if one != name]
    company.setup_skipped = [*skipped, name] if is_skipped else skipped
    company.save(update_fields=["setup_skipped"])
    log(actor=actor, verb="set up", object=company, summary=f"{'Skipped' if is_skipped else 'Took up'}: {name}")


@transaction.atomic
def close_setup(*, actor: User, is_closed: bool) -> None:
    """Put the set-up away for all administrators, or show it again."""
    company = Company.objects.select_for_update().get()
    company.setup_closed_at = timezone.now() if is_closed else None
    company.save(update_fields=["setup_closed_at"])
    log(actor=actor, verb="set up", object=company, summary=f"{'Put away' if is_closed else 'Took up'} the set-up")


def close_first_steps(*, actor: User) -> None:
    """Put one's own first steps away. Not worth a row of the log."""
    User.objects.filter(pk=actor.pk).update(start_closed_at=timezone.now())


def _all_steps() -> list[StartStep]:
    steps = (step for catalogue in catalogues() for step in catalogue.start)
    return sorted(steps, key=lambda step: step.order)


def _shown(step: StartStep, user: User, skipped: Sequence[str]) -> Shown:
    chapter, _, anchor = step.help.partition("#")
    return Shown(
        step.name,
        step.label,
        step.text,
        step.action,
        step.url(),
        step.is_done(user),
        step.name in skipped,
        address_of_chapter(chapter, anchor) if chapter else "",
        step.is_post,
    )
