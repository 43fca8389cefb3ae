"""Macros: a reply with fields in it and changes of the ticket, by one name."""

from __future__ import annotations

import re
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from crm.grants import AccessPaths
from crm.models import User
from crm.paths import path_of
from crm.shared_things import SharedQuerySet, of_team_or_above
from service.choices import MacroReach, Priority, TicketKind, TicketState
from service.models.queues import Queue

CODE = re.compile(r"[a-z0-9][a-z0-9-]*")
AFTER_MACRO = [
    ("", "as whoever sends it says"),
    (TicketState.OPEN.value, "open"),
    (TicketState.WAITING.value, "waiting for the customer"),
    (TicketState.SOLVED.value, "solved"),
]


class MacroQuerySet(SharedQuerySet["Macro"]):
    """A macro is its maker's; of a team, it is seen there and in the teams below, of the house, by everybody."""

    def shared_with(self, user: User) -> Q:
        return Q(reach=MacroReach.ALL) | Q(reach=MacroReach.TEAM) & of_team_or_above(user)

    def in_use(self) -> Self:
        return self.filter(is_active=True)


class Macro(models.Model):
    """What is done and said again and again.

    `text` is the reply (empty: only the changes), `texts` the same in other languages, by their two letters; fields in
    them stand between braces (`service.macros.filling`). `tags` are added, what is empty stays as it is; `takes` gives
    the ticket to whoever uses the macro. `then` is how the ticket stands after the reply. `code` is what is typed
    after a slash. `used_count` and `used_at` are kept by the actions.
    """

    name = models.CharField(max_length=120)
    code = models.CharField(
        "short name",
        max_length=40,
        validators=[RegexValidator(rf"^{CODE.pattern}$", "Small letters, digits and hyphens, such as on-its-way.")],
        help_text="Typed after a slash in a reply: /on-its-way",
    )
    reach = models.CharField("whose", max_length=4, choices=MacroReach, default=MacroReach.OWN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="macros"
    )
    team = models.ForeignKey("crm.Team", null=True, blank=True, on_delete=models.SET_NULL, related_name="macros")
    text = models.TextField("reply", blank=True, default="")
    texts = models.JSONField("in other languages", default=dict, blank=True)
    queue = models.ForeignKey(
        Queue, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name="moves it to"
    )
    priority = models.CharField(max_length=8, choices=Priority, blank=True, default="")
    kind = models.CharField(max_length=16, choices=TicketKind, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    takes = models.BooleanField("gives the ticket to whoever uses it", default=False)
    then = models.CharField("after it, the ticket is", max_length=8, choices=AFTER_MACRO, blank=True, default="")
    is_active = models.BooleanField("in use", default=True)
    used_count = models.PositiveIntegerField(default=0, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    access = AccessPaths(owner="owner", team="team")
    objects: Any = MacroQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=Q(reach=MacroReach.ALL), name="service_macro_code_of_all",
                violation_error_message="Another macro of the house has this short name.",
            ),
            models.UniqueConstraint(
                fields=["team", "code"], condition=Q(reach=MacroReach.TEAM), name="service_macro_code_of_team",
                violation_error_message="Another macro of this team has this short name.",
            ),
            models.UniqueConstraint(
                fields=["owner", "code"], condition=Q(reach=MacroReach.OWN), name="service_macro_code_of_one",
                violation_error_message="Another macro of yours has this short name.",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return path_of("service:macro_update", self.pk)

    @property
    def says_something(self) -> bool:
        return bool(self.text)
