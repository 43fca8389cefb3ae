"""Who a session belongs to."""

from __future__ import annotations

from functools import cache

from allauth.account.auth_backends import AuthenticationBackend

from crm.accounts.second_factor import with_second_factor
from crm.database.kept import ANY_KEY, KeptRows
from crm.layouts.reading import with_layouts
from crm.models import User
from crm.notes.queries import with_unread
from crm.reach import with_reach
from crm.role_rules import with_rules


class SignIn(AuthenticationBackend):
    """Reads the person of a session with what every page needs: their team, whether they have a second factor, how much
    is new in the bell, how far they reach, and how their pages are arranged."""

    def get_user(self, user_id: int) -> User | None:
        """The person, if they may still sign in."""
        user = next(iter(_people().read(user_id)), None)
        return user if user is not None and self.user_can_authenticate(user) else None


@cache
def _people() -> KeptRows[User]:
    people = with_layouts(with_rules(with_reach(User.objects.get_queryset().select_related("team"))))
    return KeptRows(with_unread(with_second_factor(people)).filter(pk=ANY_KEY))
