"""The one access rule. Every row a person gets comes from `visible_to(user)`; every verb is asked by `can`.

A model says by its `access` attribute how its rows are owned; a role has a scope per model and verb (shipped in the
apps' catalogues, replaced by rows of `AccessRule`).
Scope `own` reaches the rows whose owner is the user, `team` also those of the user's team and
territories and of those below them, `all` every row. A record shared with a person is reached besides, unless the
scope is `none`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from django.apps import apps
from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Exists, IntegerField, OuterRef, Value

from crm.catalogue import record_models, shipped_grants
from crm.choices import Role, Scope, Verb
from crm.grants import AccessPaths
from crm.reach import reach_of
from crm.role_rules import rules_of

if TYPE_CHECKING:
    from crm.models import User

ModelT = TypeVar("ModelT", bound=models.Model)
VERBS_WITHOUT_ROWS = (Verb.ADD, Verb.IMPORT, Verb.RUN)


class VisibleQuerySet(models.QuerySet[ModelT]):
    """A queryset that can be narrowed to what a person may see, change, export."""

    def visible_to(self, user: User | None, verb: str = Verb.VIEW) -> Self:
        """Rows on which `user` may do `verb`. `None` stands for the system itself (commands, jobs without a person)."""
        if user is None:
            return self
        scope = scope_of(user, self.model, verb)
        if scope == Scope.ALL:
            return self
        if scope == Scope.NONE:
            return self.none()
        reached = _owned_by(user, self.model, scope) | _shared_with(user, self.model, verb)
        return self.filter(reached | _on_seen_records(user, self.model, verb))

    def in_charge_of(self, user: User, verb: str = Verb.VIEW) -> Self:
        """Rows that the person's own right reaches, without those that were only shared with them."""
        scope = scope_of(user, self.model, verb)
        if scope in (Scope.ALL, Scope.NONE):
            return self.visible_to(user, verb)
        return self.filter(_owned_by(user, self.model, scope))


def visible_words(model: type[models.Model], user: User | None, verb: str = Verb.VIEW) -> str:
    """What the rows on which a person may do the verb are narrowed by, as a text: the same text, the same rows."""
    if user is None:
        return Scope.ALL
    manager = cast("VisibleQuerySet[Any]", model._default_manager.all())
    if type(manager).visible_to is not VisibleQuerySet.visible_to:  # narrowed by more than the right
        try:
            return str(manager.visible_to(user, verb).order_by().values("pk").query)
        except EmptyResultSet:
            return ""
    scope = scope_of(user, model, verb)
    if scope == Scope.ALL:
        return scope
    reach = reach_of(user)
    seen = _record_scopes(user) if verb == Verb.VIEW and _paths(model).on_record else ()
    paths, label = _paths(model), model._meta.label_lower
    # what hangs on records is seen with any that is shared, else only these are asked for
    shares = [one for one in reach.shares if paths.on_record or one[1] in (label, paths.parent)]
    return repr((label, verb, scope, user.pk, reach.teams, reach.territories, shares, seen))


def scope_of(user: User, model: type[models.Model], verb: str) -> Scope:
    """How far `user` may do `verb` on `model`; inactive people reach nothing."""
    if not user.is_active:
        return Scope.NONE
    paths = _paths(model)
    label = paths.parent or model._meta.label_lower
    override = rules_of(user).scopes.get((label, verb))
    scope = Scope(override) if override else _shipped_scope(user.role, label, verb)
    if scope in (Scope.OWN, Scope.TEAM) and paths.shared:
        return Scope.ALL
    return scope


def can(user: User | None, verb: str, target: models.Model | type[models.Model]) -> bool:
    """Whether `user` may do `verb` on this record (or, for a class, on any record of it).

    A record that was read with `can_change` or `can_delete` for this person (`can_for`) is not asked about.
    """
    if user is None:
        return True
    model = target if isinstance(target, type) else type(target)
    scope = scope_of(user, model, verb)
    if isinstance(target, type) or verb in VERBS_WITHOUT_ROWS or scope in (Scope.ALL, Scope.NONE):
        return scope != Scope.NONE
    # a page asks several verbs of one record; those of one scope have one answer, kept with this reading of the record
    reached: dict[tuple[int, Scope, str], bool] = target.__dict__.setdefault("_reached_by", {})
    known = getattr(target, f"can_{verb}", None)
    if known is not None and getattr(target, "can_for", None) == user.pk:
        return bool(known)
    kept_as = (user.pk, scope, _verb_that_matters(user, model, verb))
    if kept_as not in reached:
        manager = cast("VisibleQuerySet[Any]", model._default_manager.all())
        reached[kept_as] = manager.visible_to(user, verb).filter(pk=target.pk).exists()
    return reached[kept_as]


def rights_on(model: type[models.Model], user: User | None) -> dict[str, Exists]:
    """Annotations by which a record is read along with what the person may do with it; `can` reads them where
    `can_for` names the same person."""
    rows = cast("VisibleQuerySet[Any]", model._default_manager.all())
    return {
        f"can_{verb}": Exists(rows.visible_to(user, verb).filter(pk=OuterRef("pk")))
        for verb in (Verb.CHANGE, Verb.DELETE)
    }


def with_rights(rows: Any, user: User | None) -> Any:
    """Rows with what this person may do with each."""
    can_for = Value(user.pk if user else None, output_field=IntegerField(null=True))
    return rows.annotate(can_for=can_for, **rights_on(rows.model, user))


class Unseen:
    """Stands for a related record that the person may not see: words without a page."""

    pk = None

    def __init__(self, words: str) -> None:
        self.name = words

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Nowhere."""
        return ""


def veil(user: User | None, records: Iterable[models.Model], unseen: Mapping[str, str]) -> None:
    """Put words in place of the related records that the person may not see; one query for each relation.

    `unseen` maps the name of a foreign key to the words. A record that was read with `sees_NAME` is not asked about.
    The records are for looking at only from here on.
    """
    for name, words in unseen.items():
        for record in records:
            if getattr(record, f"sees_{name}", True) is False:
                record._state.fields_cache[name] = Unseen(words)
        rows = [one for one in records if getattr(one, f"{name}_id") is not None and not hasattr(one, f"sees_{name}")]
        related: Any = rows[0]._meta.get_field(name).related_model if rows else None
        if user is None or related is None or scope_of(user, related, Verb.VIEW) == Scope.ALL:
            continue
        keys = {getattr(record, f"{name}_id") for record in rows}
        seen = set(related._default_manager.visible_to(user).filter(pk__in=keys).values_list("pk", flat=True))
        for record in rows:
            if getattr(record, f"{name}_id") not in seen:
                record._state.fields_cache[name] = Unseen(words)


def team_ids_of(user: User) -> list[int]:
    """Ids of the user's team and the teams below it."""
    return reach_of(user).teams


def _owned_by(user: User, model: type[models.Model], scope: Scope) -> models.Q:
    """Rows of the person or, in scope `team`, also of the team and of the territories that they look after."""
    paths = _paths(model)
    owned = models.Q(**{paths.owner: user.pk})
    if paths.maker:
        owned |= models.Q(**{paths.maker: user.pk})
    if scope != Scope.TEAM:
        return owned
    if paths.team:
        owned |= models.Q(**{f"{paths.team}__in": team_ids_of(user)})
    if paths.territory and (territories := reach_of(user).territories):
        owned |= models.Q(**{f"{paths.territory}__in": territories})
    return owned


def _shared_with(user: User, model: type[models.Model], verb: str) -> models.Q:
    """Rows that were shared with the person, themselves or with the record that they hang on."""
    paths, shared = _paths(model), models.Q()
    for label, path in ((model._meta.label_lower, "pk"), (paths.parent, paths.through)):
        if path and (keys := reach_of(user).shared(label, verb)):
            shared |= models.Q(**{f"{path}__in": keys})
    return shared


def _on_seen_records(user: User, model: type[models.Model], verb: str) -> models.Q:
    """Rows that hang on a record which the person may see; they give no more than a look."""
    seen = models.Q()
    if verb != Verb.VIEW or not _paths(model).on_record:
        return seen
    for label, scope in _record_scopes(user):
        record = apps.get_model(label)
        on_one = models.Q(record_model=label)
        if scope == Scope.ALL:
            seen |= on_one
        elif scope != Scope.NONE:
            rows = cast("VisibleQuerySet[Any]", record._default_manager.all()).visible_to(user)
            # asked row by row, so that what hangs on one record does not make a list of all that a person sees
            seen |= on_one & models.Q(models.Exists(rows.filter(pk=models.OuterRef("record_id"))))
    return seen


def _record_scopes(user: User) -> tuple[tuple[str, Scope], ...]:
    """How far a person sees the kinds of records that something can hang on."""
    return tuple((label, scope_of(user, apps.get_model(label), Verb.VIEW)) for label in record_models())


def _verb_that_matters(user: User, model: type[models.Model], verb: str) -> str:
    """The verb, where rows of one scope are reached otherwise by it: shared ones, and those on records."""
    paths = _paths(model)
    if paths.on_record:
        return verb
    labels = {model._meta.label_lower, paths.parent}
    return verb if any(label in labels for _, label, _ in reach_of(user).shares) else ""


def _paths(model: type[models.Model]) -> AccessPaths:
    """The access paths of a model, with those of its parent spelled out."""
    paths: AccessPaths | None = getattr(model, "access", None)
    if paths is None:
        raise TypeError(f"{model._meta.label} does not say who may see its rows (give it an `access`).")
    if not paths.through:
        return paths
    parent = _paths(apps.get_model(paths.parent))
    prefix = paths.through
    return AccessPaths(
        owner=f"{prefix}__{parent.owner}" if parent.owner else "",
        team=f"{prefix}__{parent.team}" if parent.team else "",
        territory=f"{prefix}__{parent.territory}" if parent.territory else "",
        through=f"{prefix}__{parent.through}" if parent.through else prefix,
        parent=parent.parent or paths.parent,
        shared=parent.shared,
    )


def _shipped_scope(role: str, label: str, verb: str) -> Scope:
    if role == Role.ADMIN:
        return Scope.ALL
    return shipped_grants(label, role).scope(verb)
