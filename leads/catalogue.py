"""What leads brings to the engines."""

from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule, RecordKind, TimelineSource
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, Grants
from leads.editing import EDITING
from leads.exporting import EXPORTS
from leads.home import CARDS, FIGURES
from leads.importing import KINDS
from leads.keeping import LEAD_IDS
from leads.layouts import LAYOUTS
from leads.nurturing.specs import NURTURING_FIELDS
from leads.panels import CONTACT_PANELS, LEAD_PANELS
from leads.queries import leads_before
from leads.reports import REPORTS
from leads.searching import SOURCES
from leads.specs import LEAD_FIELDS
from leads.starting import STEPS
from leads.tiles import TILES

LEAD_GRANTS: dict[str, Grants] = {
    Role.REP: Grants(
        view=Scope.TEAM, add=Scope.OWN, change=Scope.OWN, delete=Scope.OWN, import_=Scope.OWN, export=Scope.OWN
    ),
    Role.MARKETER: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL, import_=Scope.ALL, export=Scope.ALL),
    Role.AGENT: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}
SEE = Grants(view=Scope.ALL)
RULE_GRANTS: dict[str, Grants] = {
    Role.REP: SEE,
    Role.MARKETER: SEE,
    Role.AGENT: SEE,
    Role.MANAGER: EVERYTHING,
}
FORM_GRANTS: dict[str, Grants] = {Role.MARKETER: EVERYTHING, Role.MANAGER: EVERYTHING}
SCORE_GRANTS: dict[str, Grants] = {**RULE_GRANTS, Role.MARKETER: EVERYTHING}
CALL_GRANTS: dict[str, Grants] = {
    Role.REP: Grants(view=Scope.TEAM, add=Scope.OWN, change=Scope.OWN),
    Role.MARKETER: EVERYTHING,
    Role.AGENT: Grants(view=Scope.TEAM, add=Scope.OWN, change=Scope.OWN),
    Role.MANAGER: EVERYTHING,
}
MINE = Grants(view=Scope.TEAM, change=Scope.OWN)
INTAKE_GRANTS: dict[str, Grants] = {Role.REP: MINE, Role.MARKETER: MINE, Role.AGENT: MINE, Role.MANAGER: EVERYTHING}
DERIVED = ("search_text", "sort_name", "email_key", "phone_key", "updated_at", "score")

ADDED = "Rows are only ever added, and nobody can change them: it is a record itself."

CATALOGUE = Catalogue(
    fields={"leads.lead": (*LEAD_FIELDS, *NURTURING_FIELDS)},
    grants={
        "leads.lead": LEAD_GRANTS,
        "leads.allocationrule": RULE_GRANTS,
        "leads.intake": INTAKE_GRANTS,
        "leads.captureform": FORM_GRANTS,
        "leads.leadcost": FORM_GRANTS,
        "leads.calllist": CALL_GRANTS,
        "leads.scorerule": SCORE_GRANTS,
        "leads.sequence": SCORE_GRANTS,
        "leads.checklistitem": RULE_GRANTS,
    },
    imports=KINDS,
    exports=EXPORTS,
    own_ids=(LEAD_IDS,),
    timeline=(TimelineSource("leads", "Leads", leads_before, counted_as="leads"),),
    panels={"leads.lead": LEAD_PANELS, "contacts.contact": CONTACT_PANELS},
    past={
        "leads.lead": PastRule(without=DERIVED),
        "leads.leadsum": PastRule(exempt="Sums of leads, whose own history is kept."),
        "leads.conversion": PastRule(parent="lead_id"),
        "leads.leadassignment": PastRule(parent="lead_id"),
        "leads.allocationturn": PastRule(parent="rule_id", without=("last_at", "order")),
        "leads.capturesubmission": PastRule(parent="form_id", without=("ip_digest", "values", "utm")),
        "leads.captureform": PastRule(without=("token",)),
        "leads.checklistanswer": PastRule(parent="lead_id", is_part=True),
        "leads.sequencestep": PastRule(parent="sequence_id", is_part=True),
        "leads.enrolment": PastRule(
            parent="lead_id", is_part=True, without=("next_step_id", "next_at", "last_step_id", "last_at")
        ),
        "leads.sequencetouch": PastRule(exempt=ADDED, is_added_to=True),
        "leads.optout": PastRule(exempt=ADDED, is_added_to=True),
        "leads.callentry": PastRule(parent="call_list_id", is_part=True, without=("taken_at", "taken_by_id")),
        "leads.leadtouch": PastRule(parent="lead_id", is_part=True),
    },
    navigation=(
        NavItem("Leads", "leads:lead_list", "funnel", group="Customers", order=12, model="leads.lead", key="l"),
        NavItem("Tracking of leads", "leads:tracking", "speedometer2", group="Analysis", order=502, model="leads.lead"),
        NavItem(
            "Qualification",
            "leads:checklist",
            "list-check",
            group="Set-up",
            order=971,
            model="leads.checklistitem",
            verb="change",
        ),
        NavItem(
            "Scoring of leads",
            "leads:score_rule_list",
            "speedometer",
            group="Set-up",
            order=973,
            model="leads.scorerule",
            verb="change",
        ),
        NavItem("Forms", "leads:form_list", "ui-checks", group="Set-up", order=970, model="leads.captureform"),
        NavItem(
            "Call lists",
            "leads:call_list_list",
            "telephone-outbound",
            group="Customers",
            order=14,
            model="leads.calllist",
        ),
        NavItem(
            "Sequences", "leads:sequence_list", "skip-forward", group="Customers", order=15, model="leads.sequence"
        ),
        NavItem(
            "Allocation",
            "leads:rule_list",
            "person-check",
            group="Set-up",
            order=972,
            model="leads.allocationrule",
            verb="change",
        ),
    ),
    new_items=(NewItem("Lead", "leads:lead_create", "funnel", "leads.lead", key="l", order=5),),
    api_areas=(ApiArea("leads", "Leads", "From the first enquiry to the conversion."),),
    tiles=TILES,
    home=CARDS,
    start=STEPS,
    home_figures=FIGURES,
    search=SOURCES,
    records={"leads.lead": RecordKind("contact_id", "leads:lead_options")},
    editing={"leads.lead": EDITING},
    layouts=LAYOUTS,
    reports=REPORTS,
)
