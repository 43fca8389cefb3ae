"""Records that rows name and that may not be here yet: contacts, organizations, owners. Unknown ones are made bare."""

from __future__ import annotations

from django.db.models import Model

from contacts.choices import ContactKind
from contacts.importing.sql import INSERT_BARE
from contacts.models import Contact
from crm.access import can, scope_of, team_ids_of
from crm.choices import Role, Scope, Verb
from crm.importing.folding import RECORDS
from crm.importing.merging import TAKEN, Merge
from crm.models import User

RESTRICTED = (Scope.OWN, Scope.TEAM)
UNKNOWN_CONTACT = "this contact is not known, and you may not add any"
UNSEEN = "this names a record that you may not see"


def default_owner(merge: Merge, model: type[Model] = Contact) -> User | None:
    """Who owns new records: the importing person, where he or she reaches only own or team records."""
    actor = merge.actor
    return actor if actor is not None and scope_of(actor, model, Verb.IMPORT) in RESTRICTED else None


def make_bare_contacts(merge: Merge, table: str, column: str, kind: str = ContactKind.PERSON) -> None:
    """A bare contact for each external id in `table.column` that is not here yet."""
    owner = default_owner(merge)
    made = merge.run(
        INSERT_BARE.format(table=table, column=column),
        {"kind": kind, "owner": owner.pk if owner else None, "team": owner.team_id if owner else None},
    )
    merge.made("organizations" if kind == ContactKind.ORGANIZATION else "contacts", made)


def reject_contacts_out_of_reach(merge: Merge, field: str, verb: str = Verb.CHANGE) -> None:
    """Refuses staged rows whose `field` is the external id of a contact on which the actor may not do `verb`, or of an
    unknown one that the actor may not add."""
    reach = merge.changeable(Contact.objects.all(), verb)
    if reach is not None:
        ids, parameters = reach
        merge.reject(
            field,
            TAKEN if verb == Verb.CHANGE else UNSEEN,
            f"EXISTS (SELECT 1 FROM contacts_contact c WHERE c.external_id = r.{field} AND c.id NOT IN ({ids}))",
            parameters,
        )
    if not can(merge.actor, Verb.ADD, Contact):
        unknown = f"NOT EXISTS (SELECT 1 FROM contacts_contact c WHERE c.external_id = r.{field})"
        merge.reject(field, UNKNOWN_CONTACT, f"r.{field} IS NOT NULL AND {unknown}")


def resolve_organizations(merge: Merge) -> None:
    """Fills `organization_id` of the records: by external id (of the file first), then by name, else one is made."""
    if "organization" not in merge.given:
        return
    merge.run(
        f"UPDATE {RECORDS} s SET organization_id = o.contact_id FROM {RECORDS} o WHERE o.external_id = s.organization"
    )
    link_organizations(merge)


def link_organizations(merge: Merge) -> None:
    """Fills `organization_id` where it is empty: by external id, then by name among those the actor may see, else a
    bare one is made."""
    merge.run(
        f"UPDATE {RECORDS} s SET organization_id = c.id FROM contacts_contact c"
        " WHERE s.organization_id IS NULL AND c.external_id = s.organization"
    )
    reach = merge.changeable(Contact.objects.all(), Verb.VIEW)
    seen, parameters = (f" AND id IN ({reach[0]})", reach[1]) if reach else ("", [])
    merge.run(
        f"""
        UPDATE {RECORDS} s SET organization_id = found.id FROM (
            SELECT n.organization, min(c.id) AS id FROM contacts_contact c
            JOIN (SELECT DISTINCT organization, crm_fold(organization) AS folded FROM {RECORDS}
                  WHERE organization IS NOT NULL AND organization_id IS NULL) n ON c.sort_name = n.folded
            WHERE c.kind = 'organization'{seen.replace(" id ", " c.id ")} GROUP BY n.organization
        ) found WHERE s.organization = found.organization AND s.organization_id IS NULL
        """,
        parameters,
    )
    _make_and_link(merge, "organization", "organization_id")


def resolve_parents(merge: Merge) -> None:
    """Fills `parent_id` of the records by external id, in the file first; an unknown one is made bare."""
    if "parent_external_id" not in merge.given:
        return
    merge.run(
        f"UPDATE {RECORDS} s SET parent_id = o.contact_id FROM {RECORDS} o WHERE o.external_id = s.parent_external_id"
    )
    merge.run(
        f"UPDATE {RECORDS} s SET parent_id = c.id FROM contacts_contact c"
        " WHERE s.parent_id IS NULL AND c.external_id = s.parent_external_id"
    )
    _make_and_link(merge, "parent_external_id", "parent_id")


def _make_and_link(merge: Merge, column: str, target: str) -> None:
    """Makes a bare organization for each value that is still without a record, and links it."""
    missing = f"(SELECT {column} FROM {RECORDS} WHERE {target} IS NULL AND {column} IS NOT NULL) missing"
    if not merge.number(f"SELECT count(*) FROM {missing}"):
        return
    make_bare_contacts(merge, missing, column, ContactKind.ORGANIZATION)
    merge.run(
        f"UPDATE {RECORDS} s SET {target} = c.id FROM contacts_contact c"
        f" WHERE s.{target} IS NULL AND c.external_id = s.{column}"
    )


def reject_foreign_owners(merge: Merge) -> None:
    """Who reaches only own or team records may give contacts only to people within that reach."""
    reject_foreign_people(merge, "owner_email", "you may give contacts only to yourself")


def reject_foreign_people(merge: Merge, field: str, reason: str, model: type[Model] = Contact) -> None:
    """Who reaches only own or team records may name only people within that reach; `reason` says it of oneself."""
    actor = merge.actor
    if actor is None or field not in merge.given:
        return
    scope = scope_of(actor, model, Verb.IMPORT)
    if scope not in RESTRICTED:
        return
    teams = team_ids_of(actor) if scope == Scope.TEAM else []
    allowed = "SELECT lower(u.email) FROM crm_user u WHERE u.email IS NOT NULL AND (u.id = %s OR u.team_id = ANY(%s))"
    merge.reject(
        field,
        reason + (" and to people of your team" if teams else ""),
        f"r.{field} IS NOT NULL AND lower(r.{field}) NOT IN ({allowed})",
        [actor.pk, teams],
    )


def resolve_owners(merge: Merge) -> None:
    """Fills `owner_id` and `team_id`; an unknown owner is made as a person who cannot sign in."""
    if "owner_email" not in merge.given:
        return
    make_bare_people(merge, RECORDS, "owner_email")
    merge.run(
        f"UPDATE {RECORDS} s SET owner_id = u.id, team_id = u.team_id FROM crm_user u"
        " WHERE lower(u.email) = lower(s.owner_email)"
    )


def make_bare_people(merge: Merge, table: str, column: str) -> None:
    """A person who cannot sign in for each e-mail address in `table.column` that nobody here has."""
    made = merge.run(
        f"""
        INSERT INTO crm_user (password, email, name, role, is_active, created_at)
        SELECT DISTINCT ON (lower(s.{column})) '!', lower(s.{column}), left(split_part(s.{column}, '@', 1), 150),
               %s, false, now()
        FROM {table} s WHERE s.{column} IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM crm_user u WHERE lower(u.email) = lower(s.{column}))
        ON CONFLICT DO NOTHING
        """,
        [Role.REP],
    )
    merge.made("users", made)
