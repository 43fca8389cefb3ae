"""The steps of the ground floor, and the card of the home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from crm.choices import Role
from crm.company import current_company
from crm.demo.removing.marks import demo_is_there
from crm.mail.choices import MailState
from crm.models import OutgoingMail, Task, User
from crm.starting.reading import first_steps, is_new, is_setup_shown, may_set_up, setup_steps
from crm.starting.spec import StartStep
from crm.tiles.spec import HomeCard


def start_card(request: HttpRequest) -> dict[str, Any] | None:
    """What is left of the set-up for administrators, of their first steps for everybody else who is new; in a demo, the
    way out of it alone. None when all is done or put away."""
    user: User = request.user  # type: ignore[assignment]
    is_demo = current_company().is_demo
    if is_setup_shown(user):
        if is_demo and demo_is_there():
            return {"is_demo": True}
        steps, is_setup = setup_steps(user), True
    elif is_new(user) and not is_demo and not may_set_up(user):
        steps, is_setup = first_steps(user), False
    else:
        return None
    left = [step for step in steps.steps if step.is_open]
    return {"steps": steps, "left": left, "is_setup": is_setup} if left else None


STEPS = (
    StartStep(
        "company",
        "Say where your company is",
        "Country, time zone and currency. Phone numbers, days and totals follow them.",
        "Open the company",
        lambda: reverse("crm:company"),
        lambda user: bool(current_company().country),
        order=10,
        is_setup=True,
        help="admins#company",
    ),
    StartStep(
        "people",
        "Invite your colleagues",
        "Each gets a link by mail and chooses a password. The role decides what they see.",
        "Invite a colleague",
        lambda: reverse("crm:person_invite"),
        lambda user: User.objects.filter(is_active=True).exclude(email=None).count() > 1,
        order=40,
        is_setup=True,
        help="admins#people-and-rights",
    ),
    StartStep(
        "mail",
        "See a mail leave",
        "Send one to yourself, and look into Outgoing mail whether it left. The server's name is set where the product"
        " is installed; until then mails are written into a folder.",
        "Send me a test",
        lambda: reverse("crm:start_mail"),
        lambda user: OutgoingMail.objects.filter(state=MailState.SENT).exists(),
        order=60,
        is_setup=True,
        is_post=True,
        help="admins#outgoing-mail",
    ),
    StartStep(
        "profile",
        "Complete your profile",
        "Your phone number and time zone. Colours and the height of rows are yours, too.",
        "Open your profile",
        lambda: reverse("crm:profile"),
        lambda user: bool(user.phone or user.time_zone),
        order=100,
        roles=(Role.REP, Role.MARKETER, Role.AGENT, Role.MANAGER),
        help="account",
    ),
    StartStep(
        "task",
        "Write down a task",
        "What you want to be reminded of. The letters n and t make one from anywhere.",
        "New task",
        lambda: reverse("agenda:task_create"),
        lambda user: Task.objects.filter(maker=user).exists(),
        order=190,
        roles=(Role.REP, Role.MANAGER),
        help="tasks",
    ),
)
CARD = HomeCard("start", "crm/_first_steps.html", start_card, order=1, label="First steps", place="top")
