"""How allauth, which signs people in, meets this product."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from crm.models import User


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: people are invited by an administrator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether a stranger may make an account: never."""
        return False


class SignIn(AuthenticationBackend):
    """Reads the person of a session together with their team, which every page needs."""

    def get_user(self, user_id: int) -> User | None:
        """The person, if they may still sign in."""
        user = User.objects.select_related("team").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
