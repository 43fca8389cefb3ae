"""People who work here: users, their teams, and the rows that widen or narrow what a role may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.functions import Lower

from crm.access import VisibleQuerySet
from crm.choices import Density, FieldRight, Language, Role, Scope, Theme, Verb
from crm.grants import AccessPaths
from crm.models.company import valid_time_zone
from crm.notes.choices import NoticeMail
from crm.paths import path_of

SUBTREE_SQL = """
WITH RECURSIVE below AS (
    SELECT id FROM crm_team WHERE id = %s
    UNION
    SELECT t.id FROM crm_team t JOIN below b ON t.parent_id = b.id
)
SELECT id FROM below
"""


class Team(models.Model):
    """A team in the tree of teams; who sees a team sees the teams below it."""

    name = models.CharField(max_length=120, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")

    access = AccessPaths(shared=True)
    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")),
                name="crm_team_not_its_own_parent",
                violation_error_message="A team cannot stand below itself.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def subtree_ids(self) -> list[int]:
        """Ids of this team and of all teams below it (a ring in the tree is cut by UNION)."""
        with connection.cursor() as cursor:
            cursor.execute(SUBTREE_SQL, [self.pk])
            return [row[0] for row in cursor.fetchall()]


class UserManager(BaseUserManager["User"]):
    """Makes people. E-mail addresses are compared without regard to case."""

    def get_queryset(self) -> VisibleQuerySet[User]:
        return VisibleQuerySet(self.model, using=self._db)

    def visible_to(self, user: Any, verb: str = Verb.VIEW) -> VisibleQuerySet[User]:
        return self.get_queryset().visible_to(user, verb)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)

    def create_user(self, email: str | None, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=(email or "").strip().lower() or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{"role": Role.ADMIN, **fields})


class User(AbstractBaseUser):
    """A person who works here. Without an e-mail address or inactive: known by name, cannot sign in."""

    email = models.EmailField(max_length=254, null=True, blank=True, unique=True)
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=16, choices=Role, default=Role.REP)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="members")
    manager = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reports")
    is_active = models.BooleanField("may sign in", default=True)
    invited_at = models.DateTimeField(null=True, blank=True, editable=False)
    # defaults of the database too: an import makes owners it did not know by one statement
    phone = models.CharField(max_length=40, blank=True, default="", db_default="")
    time_zone = models.CharField(max_length=64, blank=True, default="", db_default="", validators=[valid_time_zone])
    language = models.CharField(max_length=8, choices=Language, blank=True, default="", db_default="")
    theme = models.CharField("colours", max_length=8, choices=Theme, default=Theme.AUTO, db_default=Theme.AUTO)
    density = models.CharField(
        "rows", max_length=16, choices=Density, default=Density.COMFORTABLE, db_default=Density.COMFORTABLE
    )
    notice_mail = models.CharField(
        "by mail", max_length=8, choices=NoticeMail, default=NoticeMail.PEOPLE, db_default=NoticeMail.PEOPLE
    )
    # ids of saved views, of all lists, in the person's own order; what is not named comes behind, by name
    view_order = ArrayField(models.BigIntegerField(), null=True, blank=True, editable=False)
    # the dashboard that opens first, an id; empty: that of the role
    first_dashboard = models.BigIntegerField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # when somebody new put their first steps away
    start_closed_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    access = AccessPaths(shared=True)
    objects = UserManager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="crm_user_email_once",
                violation_error_message="A person with this e-mail address is already here.",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email or "somebody"

    def get_absolute_url(self) -> str:
        return path_of("admin:crm_user_change", self.pk)

    @property
    def initials(self) -> str:
        """One or two letters for the round picture: `Mia Keller` -> `MK`."""
        words = [word for word in (self.name or self.email or "?").split() if word]
        return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()

    @property
    def is_staff(self) -> bool:
        """May open the Django admin (asked by Django)."""
        return self.is_active and self.role == Role.ADMIN

    @property
    def is_superuser(self) -> bool:
        """Asked by libraries; there is no power beyond the administrator's."""
        return self.is_staff

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Django admin asks per model; only administrators get there. Pages ask `crm.access.can`."""
        return self.is_staff

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class AccessRule(models.Model):
    """A row here replaces the shipped scope of one role, model and verb (see the apps' catalogues)."""

    role = models.CharField(max_length=16, choices=Role)
    model = models.CharField(max_length=80, help_text="app.model in small letters, such as contacts.contact")
    verb = models.CharField(max_length=16, choices=Verb)
    scope = models.CharField(max_length=8, choices=Scope)

    access = AccessPaths(shared=True)
    objects = models.Manager()

    class Meta:
        ordering = ["model", "role", "verb"]
        constraints = [models.UniqueConstraint(fields=["role", "model", "verb"], name="crm_accessrule_once")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.verb} {self.model} – {self.get_scope_display()}"


class FieldRule(models.Model):
    """Hides one stored field from a role, or keeps the role from writing it (`crm.field_rights` applies it).

    `model` and `field` say where the value is stored: a score that a contact's page shows is a field of its scores.
    """

    role = models.CharField(max_length=16, choices=Role)
    model = models.CharField(max_length=80, help_text="app.model in small letters, such as contacts.contact")
    field = models.CharField(max_length=80)
    right = models.CharField(max_length=16, choices=FieldRight)

    objects = models.Manager()

    class Meta:
        ordering = ["model", "field", "role"]
        constraints = [models.UniqueConstraint(fields=["role", "model", "field"], name="crm_fieldrule_once")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.model}.{self.field} – {self.get_right_display()}"
