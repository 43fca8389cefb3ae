"""What the pipeline brings to the engines."""

from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, READ_ALL, Grants
from crm.past.panels import CHANGES
from pipeline.editing import EDITING
from pipeline.exporting import EXPORTS
from pipeline.home import CARDS
from pipeline.importing import KINDS
from pipeline.panels import CONTACT_PANELS
from pipeline.searching import SOURCES
from pipeline.specs import CONTACT_FIELDS, DEAL_FIELDS

DEAL_GRANTS: dict[str, Grants] = {
    Role.REP: Grants(
        view=Scope.TEAM, add=Scope.OWN, change=Scope.OWN, delete=Scope.OWN, import_=Scope.OWN, export=Scope.OWN
    ),
    Role.MARKETER: READ_ALL,
    Role.AGENT: Grants(view=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}
SET_UP: dict[str, Grants] = {
    Role.REP: Grants(view=Scope.ALL),
    Role.MARKETER: Grants(view=Scope.ALL),
    Role.AGENT: Grants(view=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}
PART = PastRule(parent="deal_id", is_part=True)

CATALOGUE = Catalogue(
    fields={"pipeline.deal": DEAL_FIELDS, "contacts.contact": CONTACT_FIELDS},
    grants={
        "pipeline.deal": DEAL_GRANTS,
        **{f"pipeline.{name}": SET_UP for name in ("pipeline", "stage", "outcomereason", "target")},
    },
    imports=KINDS,
    exports=EXPORTS,
    panels={"pipeline.deal": (CHANGES,), "contacts.contact": CONTACT_PANELS},
    past={
        "pipeline.deal": PastRule(without=("search_text", "sort_name", "updated_at")),
        "pipeline.dealline": PART,
        "pipeline.dealshare": PART,
        "pipeline.dealrole": PART,
        "pipeline.dealcompetitor": PART,
        "pipeline.stagechange": PastRule(
            exempt="Rows are only ever added, and nobody can change them: it is a record itself.", is_added_to=True
        ),
    },
    navigation=(
        NavItem("Pipeline", "pipeline:board", "kanban", order=15, model="pipeline.deal", key="d"),
        NavItem(
            "Sales performance", "pipeline:performance", "trophy", group="Analysis", order=507, model="pipeline.deal"
        ),
    ),
    new_items=(NewItem("Deal", "pipeline:deal_create", "briefcase", "pipeline.deal", key="d", order=15),),
    api_areas=(ApiArea("deals", "Deals", "With the pipelines they go through."),),
    home=CARDS,
    search=SOURCES,
    editing={"pipeline.deal": EDITING},
)
