"""`manage.py create_user EMAIL --role ROLE`: makes a person who may sign in, or changes one."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email

from crm.actions import save_user
from crm.choices import Role
from crm.management.product import ProductCommand
from crm.models import Team, User


class Command(ProductCommand):
    help = "Makes a person who may sign in, or changes the one with this e-mail address: role, team, name, password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--role", required=True, metavar="ROLE", help=f"one of {', '.join(Role.values)}")
        parser.add_argument("--team", metavar="NAME", help="made where there is none of this name")
        parser.add_argument("--name", metavar="NAME", help="the person's name (default: from the address)")
        parser.add_argument("--password", metavar="P", help="asked for when it is not given")

    def handle(self, *args: Any, **options: Any) -> None:
        email, role, team = _email(options["email"]), _role(options["role"]), (options["team"] or "").strip()
        is_new_team = bool(team) and not Team.objects.filter(name__iexact=team).exists()
        found = User.objects.filter(email__iexact=email).first()
        password = options["password"] or self._ask_password(is_new=found is None)
        self._warn_of_weak(password, email)
        user, is_new = save_user(
            actor=None, email=email, role=role, team=team, name=options["name"] or "", password=password
        )
        place = f", {'new ' if is_new_team else ''}team {user.team.name}" if user.team else ""
        verb = "Made" if is_new else "Changed"
        self.stdout.write(f"{verb} {user.email}: {user.name}, {user.get_role_display().lower()}{place}.")

    def _ask_password(self, *, is_new: bool) -> str:
        """Ask twice at a terminal; without one, somebody new needs --password."""
        if not sys.stdin.isatty():
            if is_new:
                raise CommandError("There is no terminal to ask for a password: say it with --password.")
            return ""
        first = getpass.getpass("Password: " if is_new else "New password (empty: stays as it is): ")
        if not first and not is_new:
            return ""
        if not first or first != getpass.getpass("The same again: "):
            raise CommandError("The password was empty or not the same twice. Nothing was changed.")
        return first

    def _warn_of_weak(self, password: str, email: str) -> None:
        if not password:
            return
        try:
            validate_password(password, User(email=email))
        except ValidationError as error:
            self.stderr.write(f"A weak password: {' '.join(error.messages)}")


def _email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"“{text}” is not an e-mail address.") from None
    return email


def _role(text: str) -> Role:
    try:
        return Role(text.strip().lower())
    except ValueError:
        raise CommandError(f"There is no role “{text}”. The roles are {', '.join(Role.values)}.") from None
