"""The kind `segment_members`: who is in a segment, by e-mail address, external id or phone number.

A segment that nobody knows is made: a fixed one, from a list. An entry that fits several contacts brings all of them
in: of a list of whom nothing is to be sent to, none may be missed. Nobody is made; what fits nobody whom the person may
see, by a field that they may see, is refused, and so stands in the file of rejected rows.
"""

from __future__ import annotations

from campaigns.models import Segment
from campaigns.plays.approving import void_for_segment
from contacts.importing.matching import FORMS, PHONE, normalise_pairs
from contacts.models import Contact
from crm.access import can
from crm.choices import Verb
from crm.field_rights import hidden_fields
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import Merge
from crm.importing.staging import ROWS
from crm.importing.values import Limits
from crm.models import User

PEOPLE, NUMBERS = "import_people", "import_numbers"
OF_FILTER = "this segment holds who meets a filter: give the list a segment of its own"
NOT_YOURS = "you may not change this segment"
NOBODY = "no contact whom you may see has this address, id or number"
SEVERAL = "{count:,} entries fit several contacts each: all of them are in it."
TWICE = "{count:,} rows say what another row of the list says, too."
KEYED = f"""
ALTER TABLE {ROWS} ADD COLUMN said text, ADD COLUMN phone text, ADD COLUMN country text;
UPDATE {ROWS} SET segment = regexp_replace(btrim(segment), '\\s+', ' ', 'g'), who = btrim(who);
UPDATE {ROWS} SET said = lower(btrim(CASE WHEN who ~ '<[^<>]+>' THEN substring(who FROM '<([^<>]+)>')
  ELSE regexp_replace(who, '^mailto:', '', 'i') END)) WHERE position('@' IN who) > 0
"""
# merged contacts stand for the one that they went into
FIND_NOBODY = f"CREATE TEMP TABLE {PEOPLE} (who text, contact_id bigint) ON COMMIT DROP"
FIND_BY_ADDRESS = f"""
INSERT INTO {PEOPLE} SELECT DISTINCT s.who, coalesce(c.merged_into_id, c.id)
FROM (SELECT DISTINCT who, said FROM {ROWS} WHERE said IS NOT NULL) s
JOIN contacts_contactpoint p ON p.kind = 'email' AND p.normalised = s.said
JOIN contacts_contact c ON c.id = p.contact_id
"""
FIND_BY_ID = f"""
INSERT INTO {PEOPLE} SELECT s.who, coalesce(c.merged_into_id, c.id)
FROM (SELECT DISTINCT who FROM {ROWS}) s JOIN contacts_contact c ON c.external_id = s.who
"""
TAKE_NUMBERS = f"""
CREATE TEMP TABLE {NUMBERS} ON COMMIT DROP AS
SELECT DISTINCT r.who AS phone, NULL::text AS country FROM {ROWS} r
WHERE r.said IS NULL AND r.who ~ '^[+(]?[0-9][0-9 ()/.+-]{{5,40}}$'
  AND NOT EXISTS (SELECT 1 FROM {PEOPLE} m WHERE m.who = r.who)
"""
FIND_NUMBERS = f"""
INSERT INTO {PEOPLE}
SELECT DISTINCT f.phone, coalesce(c.merged_into_id, c.id) FROM {FORMS} f
JOIN contacts_contactpoint p ON p.kind = 'phone' AND p.normalised IN (f.normalised, f.bare) AND p.normalised <> ''
JOIN contacts_contact c ON c.id = p.contact_id
"""
MAKE = f"""
INSERT INTO campaigns_segment (name, description, filter, is_fixed, from_list, owner_id, version, created_at)
SELECT (array_agg(r.segment ORDER BY r.row_no))[1], '', '{{}}', true, true, %(owner)s, 1, now() FROM {ROWS} r
WHERE NOT EXISTS (SELECT 1 FROM campaigns_segment s WHERE lower(s.name) = lower(r.segment))
GROUP BY lower(r.segment) ORDER BY min(r.row_no)
"""
BRING_IN = f"""
INSERT INTO campaigns_segmentmember (segment_id, contact_id, entered_at)
SELECT DISTINCT s.id, m.contact_id, now() FROM {ROWS} r JOIN {PEOPLE} m ON m.who = r.who
JOIN campaigns_segment s ON lower(s.name) = lower(r.segment)
ON CONFLICT (segment_id, contact_id) DO NOTHING
"""


def merge_members(merge: Merge) -> None:
    """Rows into members of their segments."""
    for statement in KEYED.split(";"):
        merge.run(statement)
    _reject_segments(merge)
    merge.report(0.1, "Finding the people")
    merge.run(f"DROP TABLE IF EXISTS {PEOPLE}, {NUMBERS}")
    merge.run(FIND_NOBODY)
    _find(merge)
    merge.run(f"CREATE INDEX ON {PEOPLE} (who)")
    merge.run(f"ANALYZE {PEOPLE}")
    merge.report(0.6, "Bringing them in")
    merge.reject("who", NOBODY, f"NOT EXISTS (SELECT 1 FROM {PEOPLE} m WHERE m.who = r.who)")
    if not merge.number(f"SELECT count(*) FROM {ROWS}"):
        return  # a list of whom nobody is known makes no segment
    merge.made("segments", merge.run(MAKE, {"owner": merge.actor.pk if merge.actor else None}))
    named = f"SELECT lower(segment) FROM {ROWS}"
    merge.cursor.execute(
        f"SELECT id FROM campaigns_segment WHERE lower(name) IN ({named}) ORDER BY id FOR NO KEY UPDATE"
    )
    keys = [key for (key,) in merge.cursor.fetchall()]
    count = merge.run(BRING_IN)
    _count(merge, count)
    merge.run(
        "UPDATE campaigns_segment s SET counted_at = now(), version = version + 1,"
        " size = (SELECT count(*) FROM campaigns_segmentmember m WHERE m.segment_id = s.id) WHERE s.id = ANY(%s)",
        [keys],
    )
    if count:
        for segment in Segment.objects.filter(pk__in=keys).order_by("pk"):
            void_for_segment(merge.actor, segment)


def _find(merge: Merge) -> None:
    """By what the person may know of contacts: a list is no way to ask whose a hidden address or number is."""
    hidden = hidden_fields(merge.actor, Contact)
    for name, statement in (("email", FIND_BY_ADDRESS), ("external_id", FIND_BY_ID)):
        if name not in hidden:
            merge.run(statement)
    _keep_to_whom_they_see(merge)  # before numbers are asked: the id of who is out of sight hides nobody's number
    merge.run(f"ANALYZE {PEOPLE}")
    if "phone" in hidden:
        return
    merge.run(TAKE_NUMBERS)
    merge.match = PHONE  # a number without a country is one of the company's
    normalise_pairs(merge, NUMBERS)
    if merge.run(FIND_NUMBERS):
        _keep_to_whom_they_see(merge)


def _reject_segments(merge: Merge) -> None:
    known = "EXISTS (SELECT 1 FROM campaigns_segment s WHERE lower(s.name) = lower(r.segment){more})"
    merge.reject("segment", OF_FILTER, known.format(more=" AND NOT s.from_list"))
    if (reach := merge.changeable(Segment.objects.all(), Verb.CHANGE)) is not None:
        merge.reject("segment", NOT_YOURS, known.format(more=f" AND s.id NOT IN ({reach[0]})"), reach[1])
    if not can(merge.actor, Verb.ADD, Segment):
        merge.reject("segment", NOT_YOURS, "NOT " + known.format(more=""))


def _keep_to_whom_they_see(merge: Merge) -> None:
    """Who is out of sight is nobody: a list tells no more of them than a search does."""
    open_now = "SELECT id FROM contacts_contact WHERE archived_at IS NULL"
    merge.run(f"DELETE FROM {PEOPLE} m WHERE NOT EXISTS ({open_now} AND id = m.contact_id)")
    if (reach := merge.changeable(Contact.objects.all(), Verb.VIEW)) is not None:
        merge.run(f"DELETE FROM {PEOPLE} WHERE contact_id NOT IN ({reach[0]})", reach[1])


def _count(merge: Merge, brought_in: int) -> None:
    """Rows that bring nobody new say what is known: of another row, or of who is in it already."""
    rows = merge.number(f"SELECT count(*) FROM {ROWS}")
    different = merge.number(
        f"SELECT count(*) FROM (SELECT DISTINCT lower(segment), coalesce(said, who) FROM {ROWS}) d"
    )
    merge.counts.created = brought_in
    merge.counts.unchanged = max(rows - brought_in, 0)
    several = merge.number(
        f"SELECT count(*) FROM (SELECT who FROM {PEOPLE} GROUP BY who HAVING count(DISTINCT contact_id) > 1) d"
    )
    if several:
        merge.counts.notes.append(SEVERAL.format(count=several))
    if rows > different:
        merge.counts.notes.append(TWICE.format(count=rows - different))


def list_names(user: User | None) -> list[str]:
    """Segments that a list can go on in."""
    return list(Segment.objects.visible_to(user).filter(from_list=True).values_list("name", flat=True))


SEGMENT_MEMBERS = ImportKind(
    name="segment_members",
    label="People of segments",
    row="a person in a segment",
    model=Segment._meta.label_lower,
    fields=(
        ImportField(
            "segment", "Segment", required=True, limits=Limits(max_length=120), synonyms=("list", "audience", "tag"),
            whole_file="Into which segment?", offered=list_names, help="One that nobody knows is made.",
        ),
        ImportField(
            "who", "Who", required=True, limits=Limits(max_length=320),
            synonyms=("email", "e-mail", "email address", "e-mail address", "external id", "contact", "phone"),
            help="An e-mail address, an external id or a phone number of a contact that is there; nobody is made.",
        ),
    ),
    merge=merge_members,
    list_url="campaigns:segment_list",
    tables=("contacts_contactpoint", "contacts_contact"),
    final="Who is in a segment tells of nobody but of it: delete the segment; its people stay.",
)  # fmt: skip
