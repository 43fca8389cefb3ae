"""The kind `mystery_visits`, a row an item of a visit: how rows become checklists, visits and marks, set-based.

Who a visit is: its external id; without one the checklist, the place, the day it was planned for, the shopper, and its
number among equal ones. A row without an item says the visit alone. A checklist that nobody knows is made of the items
that the file has of it; a known one stays as it is, and so do its weights.
"""

from __future__ import annotations

from contacts.importing.references import make_bare_people
from crm.access import can
from crm.choices import Verb
from crm.company import company_today
from crm.importing.folding import count_records
from crm.importing.kinds import ImportField, ImportKind
from crm.importing.merging import TAKEN, Merge
from crm.importing.staging import ROWS
from crm.importing.values import Limits, ValueType
from feedback.importing import visits_sql as statements
from feedback.models import Checklist, MysteryVisit, TouchPoint
from feedback.visits.choices import MOST_ITEMS, MOST_WEIGHT

STATES = (
    ("planned", "Planned"), ("planned", "open"), ("done", "Done"), ("done", "visited"), ("done", "made"),
    ("dropped", "Called off"), ("dropped", "dropped"), ("dropped", "cancelled"),
)  # fmt: skip
MARKS = (
    ("2", "Met"), ("2", "yes"), ("2", "full"), ("1", "Partly"), ("1", "partly met"), ("1", "half"), ("0", "Not met"),
    ("0", "missed"), ("0", "no"),
)  # fmt: skip
FIELDS = (
    ImportField("external_id", "External id", limits=Limits(max_length=200), synonyms=("visit id", "visit", "id")),
    ImportField(
        "checklist", "Checklist", required=True, limits=Limits(max_length=200),
        synonyms=("checklist name", "questionnaire", "form"), whole_file="By which checklist were these visits?",
    ),
    ImportField(
        "site", "Where", limits=Limits(max_length=120), synonyms=("shop", "store", "branch", "place", "location")
    ),
    ImportField(
        "shopper_email", "Shopper", ValueType.EMAIL, limits=Limits(max_length=254),
        synonyms=("shopper", "mystery shopper", "visitor", "visited by"), help="The e-mail address of a colleague.",
    ),
    ImportField(
        "planned_on", "Planned for", ValueType.DATE, synonyms=("planned", "planned date"),
        help="Empty: the day of the visit.",
    ),
    ImportField(
        "visited_on", "Visited", ValueType.DATE, synonyms=("date", "visit date", "visited", "day"),
        help="Empty, where there are marks: the day it was planned for.",
    ),
    ImportField(
        "state", "State", ValueType.CHOICE, limits=Limits(choices=STATES), synonyms=("status",),
        help="Empty: done where there is a mark or a day of the visit, else planned.",
    ),
    ImportField(
        "item", "What is looked at", limits=Limits(max_length=300),
        synonyms=("question", "criterion", "check", "standard"), help="Empty: the row is about the visit alone.",
    ),
    ImportField(
        "weight", "Weight", ValueType.INTEGER, limits=Limits(minimum=1, maximum=MOST_WEIGHT),
        synonyms=("points",), help="For a checklist that is not there yet. Empty: 1.",
    ),
    ImportField(
        "mark", "Mark", ValueType.CHOICE, limits=Limits(choices=MARKS), synonyms=("result", "found", "fulfilled"),
        help="Met, partly, not met. Empty: it did not arise.",
    ),
    ImportField(
        "words", "What was found", limits=Limits(max_length=1_000), synonyms=("remark", "note", "observation")
    ),
    ImportField("comment", "All in all", limits=Limits(max_length=4_000), synonyms=("summary", "conclusion")),
    ImportField(
        "score", "Score", ValueType.DECIMAL, limits=Limits(max_digits=5, decimal_places=2, minimum=0, maximum=100),
        synonyms=("result of the visit",), help="0 to 100. Empty: by the marks and their weights.",
    ),
    ImportField("touch_point", "Touch point", limits=Limits(max_length=120), help="Empty: that of the checklist."),
    ImportField(
        "number", "Number", ValueType.INTEGER, limits=Limits(minimum=1, maximum=32_000),
        help="Tells visits without an external id apart: the first, the second of one day, place, and shopper.",
    ),
)  # fmt: skip
NO_DAY = "say for which day it was planned, or when it was made"
NO_ITEM = "a mark needs its item: say what was looked at"
NOT_MADE = "only a visit that was made has a day, marks and a score: its state is not “done”"
FUTURE = "that day is still to come: only a visit that was made has marks"
NO_CHECKLIST = "there is no such checklist, and you may not make one"
NO_ITEMS = "there is no such checklist, and the file does not say what is looked at"
TOO_MANY = f"a checklist has at most {MOST_ITEMS} items"
NO_SUCH_ITEM = "the checklist has no such item: add it there first, or mend the words"
NOT_USED = "visits can no longer be planned by this checklist"
NO_POINT = "there is no such touch point, and you may not make one"
ELSEWHERE = "the visit with this external id is by another checklist"
IS_DONE = "it is done: its marks stay, and it is neither planned nor called off any more"
NOTHING_MARKED = "mark at least one item of the visit: one at which nothing arose says nothing"
OUT_OF_TURN = "there is no visit before it on that day: number them from 1 on"
NOT_YOURS = "you may bring only visits that you make yourself"


def merge_visits(merge: Merge) -> None:
    """Rows into visits; checklists, touch points and colleagues that nobody knows are made where the actor may."""
    _refuse(merge)
    merge.run(statements.COMPLETE)
    merge.reject("visited_on", FUTURE, "r.visited_on > %s", [company_today(merge.company)])
    _make_checklists(merge)
    if "shopper_email" in merge.given:
        make_bare_people(merge, ROWS, "shopper_email")
    merge.report(0.3, "Finding known visits")
    for statement in statements.LINK:
        merge.run(statement)
    _refuse_by_what_is_there(merge)
    merge.report(0.6, "Writing visits")
    for statement in (*statements.FOLD, *statements.WRITE):
        merge.run(statement)
    merge.run(statements.UPDATE_MARKS, {f"has_{name}": name in merge.given for name in ("mark", "words")})
    for statement in statements.WRITE_MARKS:
        merge.run(statement)
    count_records(merge)


def _refuse(merge: Merge) -> None:
    """Rows that are no visits, whatever is there."""
    merge.reject("planned_on", NO_DAY, "r.planned_on IS NULL AND r.visited_on IS NULL")
    merge.reject("item", NO_ITEM, "r.item IS NULL AND (r.mark IS NOT NULL OR r.words IS NOT NULL OR r.weight > 0)")
    made = "(r.mark IS NOT NULL OR r.visited_on IS NOT NULL OR r.score IS NOT NULL)"
    merge.reject("state", NOT_MADE, f"r.state IN ('planned', 'dropped') AND {made}")


def _make_checklists(merge: Merge) -> None:
    """What the visits are by, and where: known ones stay as they are."""
    unknown = "NOT EXISTS (SELECT 1 FROM feedback_checklist c WHERE lower(c.name) = lower(r.checklist))"
    if not can(merge.actor, Verb.ADD, Checklist):
        merge.reject("checklist", NO_CHECKLIST, unknown)
    of_it = f"SELECT 1 FROM {ROWS} o WHERE lower(o.checklist) = lower(r.checklist) AND o.item IS NOT NULL"
    merge.reject("checklist", NO_ITEMS, f"{unknown} AND NOT EXISTS ({of_it})")
    merge.reject("item", TOO_MANY, statements.IS_TOO_MUCH, [MOST_ITEMS])
    if "touch_point" in merge.given:
        if can(merge.actor, Verb.ADD, TouchPoint):
            merge.made("touch points", merge.run(statements.MAKE_TOUCH_POINTS))
        else:
            known = "EXISTS (SELECT 1 FROM feedback_touchpoint t WHERE lower(t.name) = lower(r.touch_point))"
            merge.reject("touch_point", NO_POINT, f"r.touch_point IS NOT NULL AND NOT {known}")
    merge.run(statements.NEW_CHECKLISTS)
    merge.made("checklists", merge.run(statements.MAKE_CHECKLISTS))
    merge.run(statements.MAKE_ITEMS)
    merge.reject("item", NO_SUCH_ITEM, statements.IS_NO_ITEM)


def _refuse_by_what_is_there(merge: Merge) -> None:
    """Rows of visits that cannot become what the file says of them."""
    known = f"FROM {statements.VISITS} v JOIN feedback_mysteryvisit m ON m.id = v.known_id WHERE v.mark = r.visit_mark"
    merge.reject("external_id", ELSEWHERE, f"EXISTS (SELECT 1 {known} AND m.checklist_id <> v.checklist_id)")
    merge.reject("state", IS_DONE, f"r.state <> 'done' AND EXISTS (SELECT 1 {known} AND m.state = 'done')")
    unused = "SELECT 1 FROM feedback_checklist c WHERE c.id = v.checklist_id AND NOT c.is_used"
    planned = f"FROM {statements.VISITS} v WHERE v.mark = r.visit_mark AND v.known_id IS NULL AND EXISTS ({unused})"
    merge.reject("checklist", NOT_USED, f"r.state = 'planned' AND EXISTS (SELECT 1 {planned})")
    reach = merge.changeable(MysteryVisit.objects.all())
    if reach is not None and merge.actor is not None:
        ids, parameters = reach
        merge.reject("external_id", TAKEN, f"EXISTS (SELECT 1 {known} AND m.id NOT IN ({ids}))", parameters)
        others = "coalesce(lower(r.shopper_email), '') <> lower(%s)"
        is_new = f"EXISTS (SELECT 1 FROM {statements.VISITS} v WHERE v.mark = r.visit_mark AND v.known_id IS NULL)"
        merge.reject("shopper_email", NOT_YOURS, f"{is_new} AND {others}", [merge.actor.email])
    merge.reject("number", OUT_OF_TURN, statements.IS_OUT_OF_TURN)
    merge.reject("mark", NOTHING_MARKED, statements.IS_UNMARKED)


MYSTERY_VISITS = ImportKind(
    name="mystery_visits",
    label="Mystery visits",
    row="an item of a mystery visit, or a visit",
    model="feedback.mysteryvisit",
    fields=FIELDS,
    merge=merge_visits,
    list_url="feedback:visit_list",
    tables=("feedback_mysteryvisit", "feedback_visitmark", "feedback_checklist", "feedback_checklistitem"),
    stored=("feedback.visitmark",),
)
