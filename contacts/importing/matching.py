"""Which contact a row is, where it is told by an e-mail address, a phone number, or a name with a postal code.

Every step is a statement over all rows. A row that fits several contacts stays out and says how many; a guess is never
made. Both forms of a number are looked for: the international one and the bare digits that were kept without a country.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contacts.choices import ContactKind
from contacts.importing.references import UNKNOWN_CONTACT
from contacts.models import Contact
from contacts.normalising import national_digits, normalise_phone
from crm.access import can
from crm.choices import Verb
from crm.database.copying import copying
from crm.importing.kinds import EXTERNAL_ID, MatchWay
from crm.importing.matching import CREATE, UPDATE
from crm.importing.merging import Merge
from crm.importing.staging import ROWS

EMAIL, PHONE, NAME_POSTCODE = "email", "phone", "name_postcode"
WAYS = (
    MatchWay(EXTERNAL_ID, "The external id", (EXTERNAL_ID,)),
    MatchWay(EMAIL, "An e-mail address", ("email",)),
    MatchWay(PHONE, "A phone number", ("phone",)),
    MatchWay(NAME_POSTCODE, "The name and the postal code", ("postal_code",)),
)
KEYS, FOUND, FORMS = "import_match_keys", "import_match", "import_phone_forms"
AT_ONCE = 50_000
KEY, MATCHED = "record_key", "matched_id"
"""Columns of the staged rows: by what their record is known, and the id of the contact that it is (NULL: a new one)."""
ROW_NAME = "coalesce(r.name, nullif(concat_ws(' ', r.first_name, r.last_name), ''))"
BARE_CODE = r"upper(regexp_replace({code}, '[\s-]', '', 'g'))"
OF_KIND = "c.merged_into_id IS NULL{organizations}"
BY_POINT = f"""
LEFT JOIN (contacts_contactpoint p JOIN contacts_contact c ON c.id = p.contact_id AND {OF_KIND})
  ON p.kind = '{{point}}' AND p.normalised = k.form
"""
BY_NAME = f"""
LEFT JOIN (contacts_contact c JOIN contacts_address a ON a.contact_id = c.id)
  ON {OF_KIND} AND c.sort_name = k.form AND {BARE_CODE.format(code="a.postal_code")} = k.code
"""
TOLD_APART = {EMAIL: "this e-mail address", PHONE: "this phone number", NAME_POSTCODE: "this name and postal code"}
NO_NAME = "there is no name in this row: nothing to find the contact by"
NO_DIGIT = "there is no digit in this number: nothing to find the contact by"
NOT_YOURS = "{what} is of a contact that you may not change"
NOT_THERE = "no contact has {what}, and only known ones are changed"
OTHER_ID = "the contact with {what} has another external id"
TAKEN_ID = "another contact has this external id"
KNOWN = "{count:,} rows are of contacts that are there already: these stay as they are, as only new ones are made."


@dataclass(frozen=True)
class Identity:
    """What makes rows one record: columns of the staged rows, how the records find their contact (`{folded}`, as `f`),
    and the condition that a stored contact `c` is another one than that of row `r`, and a row `o` another than `r`."""

    columns: tuple[str, ...]
    joined: str
    other_contact: str
    other_row: str

    @property
    def name(self) -> str:
        """The column that is different for each record."""
        return self.columns[0]


BY_ID = Identity(
    ("external_id",),
    "c.external_id = f.external_id",
    "c.external_id IS DISTINCT FROM r.external_id",
    "o.external_id <> r.external_id",
)
BY_MATCH = Identity((KEY, MATCHED), "c.id = f.matched_id", "c.id IS DISTINCT FROM r.matched_id", f"o.{KEY} <> r.{KEY}")


def find_contacts(merge: Merge, kind: str) -> Identity:
    """Sees which staged rows are contacts that are there, as `merge.match` says; takes out those of no use."""
    if merge.match == EXTERNAL_ID:
        _keep_to_known_ids(merge)
        return BY_ID
    what = TOLD_APART[merge.match]
    organizations = f" AND c.kind = '{ContactKind.ORGANIZATION}'" if kind == ContactKind.ORGANIZATION else ""
    merge.run(f"ALTER TABLE {ROWS} ADD COLUMN {KEY} text, ADD COLUMN {MATCHED} bigint")
    SPEAK[merge.match](merge)
    merge.run(f"ANALYZE {KEYS}")
    join = (BY_NAME if merge.match == NAME_POSTCODE else BY_POINT).format(
        organizations=organizations, point=merge.match
    )
    merge.run(f"DROP TABLE IF EXISTS {FOUND}")
    merge.run(
        f"CREATE TEMP TABLE {FOUND} ON COMMIT DROP AS SELECT k.key,"
        f" coalesce(array_agg(DISTINCT c.id) FILTER (WHERE c.id IS NOT NULL), '{{}}') AS ids FROM {KEYS} k {join}"
        " GROUP BY k.key"
    )
    merge.run(f"ANALYZE {FOUND}")
    _reject_unreached(merge, what)
    merge.reject_each(
        _field(merge),
        f"SELECT o.row_no, cardinality(m.ids) || ' contacts have {what}: which one is meant is not known' AS reason"
        f" FROM {ROWS} o JOIN {FOUND} m ON m.key = o.{KEY} WHERE cardinality(m.ids) > 1",
    )
    merge.run(f"UPDATE {ROWS} r SET {MATCHED} = m.ids[1] FROM {FOUND} m WHERE m.key = r.{KEY} AND m.ids <> '{{}}'")
    _settle_external_ids(merge, what)
    _keep_to(merge, f"r.{MATCHED} IS NOT NULL", NOT_THERE.format(what=what))
    return BY_MATCH


def _field(merge: Merge) -> str:
    return "postal_code" if merge.match == NAME_POSTCODE else merge.match


def _by_email(merge: Merge) -> None:
    merge.run(f"UPDATE {ROWS} SET {KEY} = lower(email)")
    _keys(merge, f"SELECT DISTINCT {KEY} AS key, {KEY} AS form FROM {ROWS}")


def _by_phone(merge: Merge) -> None:
    normalise_pairs(merge, ROWS)
    merge.run(
        f"UPDATE {ROWS} r SET {KEY} = nullif(p.normalised, '') FROM {FORMS} p"
        " WHERE p.phone = r.phone AND p.country = coalesce(r.country, '')"
    )
    merge.reject("phone", NO_DIGIT, f"r.{KEY} IS NULL")
    _keys(
        merge,
        f"SELECT normalised AS key, normalised AS form FROM {FORMS} WHERE normalised <> ''"
        f" UNION SELECT normalised, bare FROM {FORMS} WHERE bare <> '' AND normalised <> ''",
    )


def _by_name(merge: Merge) -> None:
    code = BARE_CODE.format(code="r.postal_code")
    merge.reject("postal_code", NO_NAME, f"{ROW_NAME} IS NULL")
    merge.run(f"UPDATE {ROWS} r SET {KEY} = left(crm_fold({ROW_NAME}), 300) || chr(31) || {code}")
    _keys(
        merge,
        f"SELECT DISTINCT {KEY} AS key, split_part({KEY}, chr(31), 1) AS form,"
        f" split_part({KEY}, chr(31), 2) AS code FROM {ROWS}",
    )


SPEAK: dict[str, Callable[[Merge], None]] = {EMAIL: _by_email, PHONE: _by_phone, NAME_POSTCODE: _by_name}


def _keys(merge: Merge, query: str) -> None:
    merge.run(f"DROP TABLE IF EXISTS {KEYS}")
    merge.run(f"CREATE TEMP TABLE {KEYS} ON COMMIT DROP AS {query}")


def normalise_pairs(merge: Merge, table: str) -> None:
    """A table of the forms of the phone numbers in `table`, each pair of number and country once, some thousand at a
    time: `normalised` with the country of the row or, where the file is matched by phone, of the company; `bare` as it
    is kept where no country is known."""
    default = merge.company.country if merge.match == PHONE else ""
    merge.run(f"DROP TABLE IF EXISTS {FORMS}, import_phone_pairs")
    merge.run(
        "CREATE TEMP TABLE import_phone_pairs ON COMMIT DROP AS SELECT row_number() OVER () AS n, phone, country FROM"
        f" (SELECT DISTINCT phone, coalesce(country, '') AS country FROM {table} WHERE phone IS NOT NULL) d"
    )
    merge.run("CREATE INDEX ON import_phone_pairs (n)")
    merge.run(f"CREATE TEMP TABLE {FORMS} (phone text, country text, normalised text, bare text) ON COMMIT DROP")
    last = 0
    while True:
        merge.cursor.execute(
            "SELECT n, phone, country FROM import_phone_pairs WHERE n > %s ORDER BY n LIMIT %s", [last, AT_ONCE]
        )
        pairs = merge.cursor.fetchall()
        if not pairs:
            break
        last = pairs[-1][0]
        with copying(merge.cursor, f"COPY {FORMS} FROM STDIN") as copy:
            for _, phone, country in pairs:
                normalised = normalise_phone(phone, country or default)
                bare = national_digits(normalised, default) or normalise_phone(phone)
                copy.write_row((phone, country, normalised, bare))
    merge.run(f"ANALYZE {FORMS}")


def _reject_unreached(merge: Merge, what: str) -> None:
    """Rows of contacts that the actor may not change; of unknown ones, where the actor may add none."""
    field = _field(merge)
    reach = merge.changeable(Contact.objects.all(), Verb.CHANGE)
    if reach is not None:
        ids, parameters = reach
        merge.reject(
            field,
            NOT_YOURS.format(what=what),
            f"EXISTS (SELECT 1 FROM {FOUND} m CROSS JOIN LATERAL unnest(m.ids) AS one WHERE m.key = r.{KEY}"
            f" AND one NOT IN ({ids}))",
            parameters,
        )
    if not can(merge.actor, Verb.ADD, Contact):
        merge.reject(
            field, UNKNOWN_CONTACT, f"EXISTS (SELECT 1 FROM {FOUND} m WHERE m.key = r.{KEY} AND m.ids = '{{}}')"
        )


def _settle_external_ids(merge: Merge, what: str) -> None:
    """An external id of the file goes to a contact that has none; it never moves, and is never there twice."""
    if EXTERNAL_ID not in merge.given:
        return
    stored = f"SELECT 1 FROM contacts_contact c WHERE c.id = r.{MATCHED} AND c.external_id <> r.external_id"
    merge.reject(EXTERNAL_ID, OTHER_ID.format(what=what), f"r.external_id IS NOT NULL AND EXISTS ({stored})")
    taken = (
        f"SELECT 1 FROM contacts_contact c WHERE c.external_id = r.external_id AND c.id IS DISTINCT FROM r.{MATCHED}"
    )
    twice = f"SELECT 1 FROM {ROWS} o WHERE o.external_id = r.external_id AND o.{KEY} <> r.{KEY} AND o.row_no < r.row_no"
    merge.reject(EXTERNAL_ID, TAKEN_ID, f"r.external_id IS NOT NULL AND (EXISTS ({taken}) OR EXISTS ({twice}))")


def _keep_to_known_ids(merge: Merge) -> None:
    known = "EXISTS (SELECT 1 FROM contacts_contact c WHERE c.external_id = r.external_id)"
    _keep_to(merge, known, NOT_THERE.format(what="this external id"))


def _keep_to(merge: Merge, known: str, sentence: str) -> None:
    """Takes out what is not to be written: rows of unknown contacts say so, those of known ones are as they were."""
    if merge.write == UPDATE:
        merge.reject(_field(merge), sentence, f"NOT ({known})")
    elif merge.write == CREATE:
        count = merge.run(f"DELETE FROM {ROWS} r WHERE {known}")
        merge.counts.unchanged += count
        if count:
            merge.counts.notes.append(KNOWN.format(count=count))
