"""Who has which dashboard: whose it is, with whom it is shared, who of them there is, to whom it is mailed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.access import with_rights
from crm.choices import Role
from crm.models import Dashboard, DashboardSubscription, User
from crm.views.base import ScopedView


@dataclass(frozen=True)
class SharedBoard:
    """One dashboard, the roles and the team that it is shared with in words, the people who see it by that, and how
    many it is mailed to."""

    board: Dashboard
    roles: str
    people: Sequence[User]
    mailed: int

    @property
    def is_shared(self) -> bool:
        return bool(self.roles or self.board.team_id)


def shared_boards(user: User) -> list[SharedBoard]:
    """The dashboards that the person may see, those that are shared first, by name."""
    rows = with_rights(Dashboard.objects.visible_to(user), user).select_related("owner", "team")
    boards = list(rows.order_by("name", "id"))
    people = list(User.objects.visible_to(user).filter(is_active=True).exclude(email=None).order_by("name", "id"))
    teams_shared_with = {board.team for board in boards if board.team}
    below = {team.pk: set(team.subtree_ids()) for team in teams_shared_with}
    mailed: dict[int, set[int]] = defaultdict(set)
    mails = DashboardSubscription.objects.filter(dashboard__in=boards, recipients__isnull=False)
    for board, person in mails.values_list("dashboard", "recipients"):
        mailed[board].add(person)
    found = []
    for board in boards:
        teams = below.get(board.team_id, set())
        seeing = [one for one in people if one.role in board.roles or one.team_id in teams]
        roles = ", ".join(str(Role(role).label) for role in board.roles)
        found.append(SharedBoard(board, roles, seeing, len(mailed[board.pk])))
    return sorted(found, key=lambda one: not one.is_shared)


class SharedListView(ScopedView):
    """All dashboards that the person may see, with whom they are shared."""

    model = Dashboard

    def get(self, request: HttpRequest) -> HttpResponse:
        nothing = {
            "icon": "speedometer2",
            "title": "No dashboard of anybody's own yet",
            "text": "Put one together from the ready tiles, and share it with a team or a role.",
        }
        context = {"rows": shared_boards(self.request.user), "nothing": nothing}
        return render(request, "dashboards/shared_list.html", context)
