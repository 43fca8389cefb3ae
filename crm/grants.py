"""How rows are owned and how far a role reaches, as plain data; `crm.access` applies it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from crm.choices import Scope, Verb


@dataclass(frozen=True)
class AccessPaths:
    """How rows of a model are owned: look-up paths to the owner, the team and the territory.

    `through` names the foreign key to a parent whose visibility these rows share (`contact`, `order__contact`);
    `parent` is that parent's label, whose scopes then count; without `through` the rows are sums of the parent's.
    `shared` rows belong to the whole house. `maker` is a path to a second person who counts as an owner. `on_record`:
    the rows hang on a record of any app by a generic key, and who may see that record sees them too.
    """

    owner: str = ""
    team: str = ""
    territory: str = ""
    through: str = ""
    parent: str = ""
    shared: bool = False
    maker: str = ""
    on_record: bool = False


@dataclass(frozen=True)
class Grants:
    """The scopes of one role on one model, verb by verb."""

    view: Scope = Scope.NONE
    add: Scope = Scope.NONE
    change: Scope = Scope.NONE
    delete: Scope = Scope.NONE
    import_: Scope = Scope.NONE
    export: Scope = Scope.NONE
    run: Scope = Scope.NONE

    def scope(self, verb: str) -> Scope:
        return cast(Scope, getattr(self, "import_" if verb == Verb.IMPORT else verb, Scope.NONE))


EVERYTHING = Grants(*[Scope.ALL] * 7)
READ_ALL = Grants(view=Scope.ALL, export=Scope.ALL)
NOTHING = Grants()
