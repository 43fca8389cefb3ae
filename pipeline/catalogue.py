"""What the pipeline brings to the engines."""

from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule, RecordKind
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, READ_ALL, Grants
from crm.notes.panels import files_panel
from crm.past.panels import CHANGES
from pipeline.editing import EDITING
from pipeline.exporting import EXPORTS
from pipeline.home import CARDS, FIGURES
from pipeline.importing import KINDS
from pipeline.keeping import DEAL_IDS
from pipeline.layouts import LAYOUTS
from pipeline.panels import CONTACT_PANELS, DEAL_PANELS
from pipeline.quotes import panels as quotes
from pipeline.quotes import searching as quote_search
from pipeline.quotes import specs as quote_specs
from pipeline.reports import REPORTS
from pipeline.searching import SOURCES
from pipeline.specs import CONTACT_FIELDS, DEAL_FIELDS
from pipeline.starting import STEPS
from pipeline.tiles import TILES
from pipeline.timeline import TIMELINE

DEAL_GRANTS: dict[str, Grants] = {
    Role.REP: Grants(
        view=Scope.TEAM, add=Scope.OWN, change=Scope.OWN, delete=Scope.OWN, import_=Scope.OWN, export=Scope.OWN
    ),
    Role.MARKETER: READ_ALL,
    Role.AGENT: Grants(view=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}
QUOTE_GRANTS: dict[str, Grants] = {
    Role.REP: Grants(view=Scope.TEAM, add=Scope.OWN, change=Scope.OWN, export=Scope.OWN),
    Role.MARKETER: READ_ALL,
    Role.AGENT: Grants(view=Scope.ALL),
    Role.MANAGER: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL, export=Scope.ALL),
}
SET_UP: dict[str, Grants] = {
    Role.REP: Grants(view=Scope.ALL),
    Role.MARKETER: Grants(view=Scope.ALL),
    Role.AGENT: Grants(view=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}
PART = PastRule(parent="deal_id", is_part=True)

CATALOGUE = Catalogue(
    fields={
        "pipeline.deal": DEAL_FIELDS,
        "pipeline.quote": quote_specs.QUOTE_FIELDS,
        "contacts.contact": (*CONTACT_FIELDS, *quote_specs.CONTACT_FIELDS),
    },
    grants={
        "pipeline.deal": DEAL_GRANTS,
        "pipeline.quote": QUOTE_GRANTS,
        **{f"pipeline.{name}": SET_UP for name in ("pipeline", "stage", "outcomereason", "target")},
    },
    imports=KINDS,
    exports=EXPORTS,
    own_ids=(DEAL_IDS,),
    panels={
        "pipeline.deal": (*DEAL_PANELS, *quotes.DEAL_PANELS, files_panel("pipeline:deal_file"), CHANGES),
        "pipeline.quote": (CHANGES,),
        "contacts.contact": (*CONTACT_PANELS, *quotes.CONTACT_PANELS),
    },
    timeline=(quotes.TIMELINE, *TIMELINE),
    past={
        "pipeline.deal": PastRule(without=("search_text", "sort_name", "updated_at")),
        "pipeline.dealline": PART,
        "pipeline.dealshare": PART,
        "pipeline.dealrole": PART,
        "pipeline.dealcompetitor": PART,
        "pipeline.stagechange": PastRule(
            exempt="Rows are only ever added, and nobody can change them: it is a record itself.", is_added_to=True
        ),
        "pipeline.quote": PastRule(without=("search_text", "updated_at")),
        "pipeline.quoteline": PastRule(parent="quote_id", is_part=True),
        "pipeline.quotestep": PastRule(
            exempt="Rows are only ever added, and nobody can change them: it is a record itself.", is_added_to=True
        ),
        "pipeline.dealsum": PastRule(exempt="Sums of deals, whose own history is kept."),
        "pipeline.quoteseries": PastRule(exempt="A counter: each of its numbers stands on a quote, which is kept."),
    },
    navigation=(
        NavItem(
            "Pipeline",
            "pipeline:board",
            "kanban",
            group="Sales",
            order=20,
            model="pipeline.deal",
            key="d",
            is_at_hand=True,
        ),
        NavItem(
            "Pipelines",
            "pipeline:pipeline_list",
            "kanban",
            group="Set-up",
            order=974,
            model="pipeline.pipeline",
            verb="change",
        ),
        NavItem(
            "Win and loss reasons",
            "pipeline:reason_list",
            "card-checklist",
            group="Set-up",
            order=975,
            model="pipeline.outcomereason",
            verb="change",
        ),
        NavItem(
            "Letterhead",
            "pipeline:letterhead",
            "card-list",
            group="Set-up",
            order=957,
            model="pipeline.letterhead",
            verb="change",
            roles=(Role.ADMIN,),
        ),
        NavItem(
            "Quotes",
            "pipeline:quote_list",
            "file-earmark-text",
            group="Sales",
            order=22,
            model="pipeline.quote",
            key="q",
        ),
        NavItem(
            "Sales performance", "pipeline:performance", "trophy", group="Analysis", order=507, model="pipeline.deal"
        ),
    ),
    new_items=(
        NewItem("Deal", "pipeline:deal_create", "briefcase", "pipeline.deal", key="d", order=15),
        NewItem("Quote", "pipeline:quote_create", "file-earmark-text", "pipeline.quote", key="q", order=17),
    ),
    api_areas=(
        ApiArea("deals", "Deals", "With the pipelines they go through."),
        ApiArea("quotes", "Quotes", "With their lines; sent, approved, answered."),
    ),
    tiles=TILES,
    home=(*CARDS, *quotes.CARDS),
    start=STEPS,
    home_figures=FIGURES,
    search=(*SOURCES, *quote_search.SOURCES),
    records={"pipeline.deal": RecordKind("customer_id", "pipeline:deal_options")},
    editing={"pipeline.deal": EDITING},
    layouts=LAYOUTS,
    reports=REPORTS,
)
