"""What service brings to the engines."""

from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule, RecordKind
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, READ_ALL, Grants
from crm.notes.panels import files_panel
from crm.past.panels import CHANGES
from service.defectors import panels as defectors
from service.defectors.specs import DEFECTION_FIELDS
from service.editing import EDITING
from service.exporting import EXPORTS
from service.home import CARDS, FIGURES
from service.importing import KINDS
from service.keeping import TICKET_IDS
from service.knowledge import brought as knowledge
from service.layouts import LAYOUTS
from service.panels import CONTACT_PANELS
from service.remedies import panels as remedies
from service.remedies.specs import COMPENSATION_FIELDS
from service.reports import REPORTS
from service.searching import SOURCES
from service.specs import CONTACT_FIELDS, TICKET_FIELDS
from service.starting import STEPS
from service.tiles import TILES
from service.timeline import TIMELINE

TICKET_GRANTS: dict[str, Grants] = {
    Role.REP: Grants(view=Scope.TEAM, add=Scope.OWN, change=Scope.OWN, export=Scope.OWN),
    Role.MARKETER: READ_ALL,
    Role.AGENT: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL, import_=Scope.ALL, export=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}
SEE = Grants(view=Scope.ALL)
SET_UP: dict[str, Grants] = {Role.REP: SEE, Role.MARKETER: SEE, Role.AGENT: SEE, Role.MANAGER: EVERYTHING}
PROMISES = {"service.servicehours": SET_UP, "service.slapolicy": SET_UP}
MINE = Grants(view=Scope.OWN, add=Scope.OWN, change=Scope.OWN, delete=Scope.OWN)
MACROS: dict[str, Grants] = {Role.REP: MINE, Role.AGENT: MINE, Role.MANAGER: EVERYTHING}
COSTS: dict[str, dict[str, Grants]] = {"service.touchcost": {Role.MANAGER: EVERYTHING}}
OWN_INTAKE = Grants(view=Scope.TEAM, change=Scope.OWN)
ROUTING: dict[str, dict[str, Grants]] = {
    "service.routingrule": SET_UP,
    "service.ticketintake": {Role.REP: OWN_INTAKE, Role.AGENT: OWN_INTAKE, Role.MANAGER: EVERYTHING},
}
REMEDIES = {"service.empowerment": SET_UP, "service.remedyrules": SET_UP}
WEB_FORMS = {"service.webform": SET_UP}
ADDED = "Rows are only ever added, and nobody can change them: it is a record itself."

CATALOGUE = Catalogue(
    fields={
        "service.ticket": TICKET_FIELDS,
        "service.compensation": COMPENSATION_FIELDS,
        "service.defection": DEFECTION_FIELDS,
        "contacts.contact": CONTACT_FIELDS,
        **knowledge.FIELDS,
    },
    grants={
        "service.ticket": TICKET_GRANTS,
        "service.queue": SET_UP,
        **PROMISES,
        **REMEDIES,
        **WEB_FORMS,
        "service.macro": MACROS,
        **ROUTING,
        **knowledge.GRANTS,
        **COSTS,
    },
    imports=KINDS,
    exports=EXPORTS,
    own_ids=(TICKET_IDS,),
    panels={
        "service.ticket": (
            files_panel("service:ticket_file"),
            *knowledge.TICKET_PANELS,
            *remedies.TICKET_PANELS,
            *defectors.TICKET_PANELS,
            CHANGES,
        ),
        "service.compensation": (CHANGES,),
        "service.defection": (CHANGES,),
        "contacts.contact": CONTACT_PANELS,
        **knowledge.PANELS_OF,
    },
    timeline=(*TIMELINE, remedies.TIMELINE),
    past={
        "service.ticket": PastRule(
            without=("search_text", "sort_name", "rank", "updated_at", "policy_id", "due_at", "due_for")
        ),
        "service.macro": PastRule(without=("used_count", "used_at")),
        "service.routingturn": PastRule(parent="rule_id", without=("last_at", "order")),
        "service.ticketlink": PastRule(parent="ticket_id", is_part=True),
        "service.ticketwatcher": PastRule(parent="ticket_id"),
        "service.ticketpresence": PastRule(exempt="Who has a page open: no record of anything, gone in seconds."),
        "service.message": PastRule(exempt=ADDED, is_added_to=True),
        "service.messagefile": PastRule(exempt=ADDED, is_added_to=True),
        "service.hookdelivery": PastRule(exempt="How far a reply is on its way: what it says is kept as a message."),
        "service.replyhook": PastRule(without=("consecutive_errors", "last_error", "paused_at", "paused_until")),
        "service.ticketevent": PastRule(exempt=ADDED, is_added_to=True),
        "service.compensationapprover": PastRule(parent="compensation_id", is_part=True),
        "service.winbackattempt": PastRule(exempt=ADDED, is_added_to=True),
        "service.compensationentry": PastRule(exempt=ADDED, is_added_to=True),
        **knowledge.PAST,
    },
    navigation=(
        *knowledge.NAVIGATION,
        NavItem(
            "Tickets",
            "service:ticket_list",
            "life-preserver",
            group="Service",
            order=40,
            model="service.ticket",
            key="v",
        ),
        NavItem("Macros", "service:macro_list", "lightning", group="Service", order=44, model="service.macro"),
        NavItem(
            "Service in figures", "service:figures", "bar-chart-line", group="Service", order=50, model="service.ticket"
        ),
        NavItem("Compensation", "service:compensation_list", "gift", group="Service", order=46, model="service.ticket"),
        NavItem(
            "Customers who ended",
            "service:defection_list",
            "box-arrow-right",
            group="Service",
            order=48,
            model="service.defection",
        ),
        NavItem(
            "Routing", "service:rule_list", "signpost-split", group="Service", order=54, model="service.routingrule"
        ),
        NavItem("Queues", "service:queue_list", "inboxes", group="Service", order=53, model="service.queue"),
        NavItem("Promises", "service:promise_list", "stopwatch", group="Service", order=56, model="service.slapolicy"),
        NavItem(
            "Working hours",
            "service:hours",
            "clock",
            group="Set-up",
            order=956,
            model="service.servicehours",
            verb="change",
        ),
        NavItem("How tickets go", "service:process", "diagram-3", group="Service", order=52, model="service.ticket"),
    ),
    new_items=(
        NewItem("Ticket", "service:ticket_create", "life-preserver", "service.ticket", key="k", order=18),
        *knowledge.NEW,
    ),
    api_areas=(ApiArea("tickets", "Tickets", "With all that is said in them, and the queues."), *knowledge.API),
    start=STEPS,
    home=(*CARDS, *remedies.CARDS, *knowledge.CARDS),
    home_figures=FIGURES,
    tiles=TILES,
    search=(*SOURCES, *knowledge.SOURCES),
    records={"service.ticket": RecordKind("contact_id", "service:ticket_options")},
    editing={"service.ticket": EDITING},
    layouts=LAYOUTS,
    reports=REPORTS,
)
