"""The kind `users`: colleagues by e-mail address or name, made as people who cannot sign in until they are invited."""

from __future__ import annotations

from crm.choices import Role
from crm.importing.folding import RECORDS, count_records, fold_rows
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import REJECTS, ROWS
from crm.importing.values import Limits, ValueType

ROLES = (
    *Role.choices,
    ("rep", "sales"),
    ("rep", "sales agent"),
    ("rep", "sales rep"),
    ("rep", "sales representative"),
    ("agent", "support"),
    ("agent", "service"),
    ("marketer", "marketing"),
    ("admin", "admin"),
)
FIELDS = (
    ImportField(
        "name",
        "Name",
        limits=Limits(max_length=150),
        synonyms=("sales agent", "full name", "user", "employee", "agent", "person"),
    ),
    ImportField(
        "email", "E-mail", ValueType.EMAIL, limits=Limits(max_length=254), synonyms=("e-mail address", "user email")
    ),
    ImportField("role", "Role", ValueType.CHOICE, limits=Limits(choices=ROLES), synonyms=("job", "profile")),
    ImportField(
        "team",
        "Team",
        limits=Limits(max_length=120),
        synonyms=("regional office", "office", "department", "group", "region"),
        help="A team that is not there is made.",
    ),
    ImportField(
        "manager_name",
        "Manager",
        limits=Limits(max_length=150),
        synonyms=("manager", "reports to", "boss", "supervisor"),
        help="By name; somebody unknown is made as a manager of the team.",
    ),
)
NAMELESS = "this names nobody: give a name or an e-mail address"
TWO_OF_A_NAME = "several people have this name: give the e-mail address"
KEYED = "import_people"
KEY_ROWS = f"""
CREATE TEMP TABLE {KEYED} ON COMMIT DROP AS
SELECT r.*, coalesce('e:' || lower(r.email), 'n:' || lower(r.name)) AS person_key FROM {ROWS} r
"""
LINKED = """SELECT f.*, coalesce(
    (SELECT u.id FROM crm_user u WHERE lower(u.email) = lower(f.email)),
    (SELECT min(u.id) FROM crm_user u WHERE lower(u.name) = lower(f.name) AND (f.email IS NULL OR u.email IS NULL))
  ) AS user_id, NULL::bigint AS team_id, NULL::bigint AS manager_id, true AS is_new, false AS is_changed
FROM ({folded}) f"""
AMBIGUOUS = f"""
WITH gone AS (
  DELETE FROM {RECORDS} s WHERE s.email IS NULL
    AND (SELECT count(*) FROM crm_user u WHERE lower(u.name) = lower(s.name)) > 1 RETURNING s.first_row
) INSERT INTO {REJECTS} SELECT first_row, 'name', %s FROM gone
"""
MAKE_TEAMS = f"""
INSERT INTO crm_team (name)
SELECT DISTINCT ON (lower(s.team)) s.team FROM {RECORDS} s
WHERE s.team IS NOT NULL AND NOT EXISTS (SELECT 1 FROM crm_team t WHERE lower(t.name) = lower(s.team))
ORDER BY lower(s.team), s.first_row
"""
LINK_TEAMS = f"UPDATE {RECORDS} s SET team_id = t.id FROM crm_team t WHERE lower(t.name) = lower(s.team)"
MAKE_MANAGERS = f"""
INSERT INTO crm_user (password, email, name, role, is_active, team_id, created_at)
SELECT DISTINCT ON (lower(s.manager_name)) '!', NULL, s.manager_name, '{Role.MANAGER}', false, s.team_id, now()
FROM {RECORDS} s WHERE s.manager_name IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM crm_user u WHERE lower(u.name) = lower(s.manager_name))
  AND NOT EXISTS (SELECT 1 FROM {RECORDS} o WHERE lower(o.name) = lower(s.manager_name))
ORDER BY lower(s.manager_name), s.first_row
"""
INSERT = f"""
INSERT INTO crm_user (password, email, name, role, is_active, team_id, created_at)
SELECT '!', lower(s.email), coalesce(s.name, left(split_part(s.email, '@', 1), 150)), coalesce(s.role, '{Role.REP}'),
  false, s.team_id, now()
FROM {RECORDS} s WHERE s.is_new ORDER BY s.first_row
"""
LINK_NEW = f"""
UPDATE {RECORDS} s SET user_id = u.id FROM crm_user u WHERE s.user_id IS NULL AND (
  lower(u.email) = lower(s.email) OR (s.email IS NULL AND u.email IS NULL AND u.name = s.name))
"""
LINK_MANAGERS = f"""
UPDATE {RECORDS} s SET manager_id = (
  SELECT u.id FROM crm_user u WHERE lower(u.name) = lower(s.manager_name) AND u.id <> s.user_id
  ORDER BY u.role = '{Role.MANAGER}' DESC, u.id LIMIT 1)
WHERE s.manager_name IS NOT NULL
"""
VALUES = {
    "name": "coalesce(s.name, u.name)",
    "email": "coalesce(lower(s.email), u.email)",
    "role": "coalesce(s.role, u.role)",
    "team_id": "coalesce(s.team_id, u.team_id)",
    "manager_id": "coalesce(s.manager_id, u.manager_id)",
}
UPDATE = f"""
WITH changed AS (
  UPDATE crm_user u SET {", ".join(f"{name} = {value}" for name, value in VALUES.items())} FROM {RECORDS} s
  WHERE u.id = s.user_id AND ({" OR ".join(f"({value}) IS DISTINCT FROM u.{name}" for name, value in VALUES.items())})
  RETURNING u.id
) UPDATE {RECORDS} s SET is_changed = true FROM changed WHERE s.user_id = changed.id
"""


def merge_people(merge: Merge) -> None:
    """Rows into people; teams and managers that nobody knows are made. Who may sign in is not changed by it."""
    merge.reject("name", NAMELESS, "r.name IS NULL AND r.email IS NULL")
    merge.run(f"DROP TABLE IF EXISTS {KEYED}")
    merge.run(KEY_ROWS)
    fold_rows(merge, FIELDS, ["person_key"], table=KEYED, wrapped=LINKED)
    merge.run(AMBIGUOUS, [TWO_OF_A_NAME])
    merge.run(f"UPDATE {RECORDS} SET is_new = false WHERE user_id IS NOT NULL")
    merge.made("teams", merge.run(MAKE_TEAMS))
    merge.run(LINK_TEAMS)
    merge.run(INSERT)
    merge.made("users", merge.run(MAKE_MANAGERS))
    merge.run(LINK_NEW)
    merge.run(LINK_MANAGERS)
    merge.run(UPDATE)
    count_records(merge)


USERS = ImportKind(
    name="users",
    label="Colleagues",
    row="somebody who works here",
    model="crm.user",
    fields=FIELDS,
    merge=merge_people,
    list_url="crm:person_list",
    tables=("crm_user",),
    final="People have rights and a past of their own and are not taken away by the file: deactivate on their page whom"
    " it brought by mistake.",
)
