"""What analytics brings to the engines."""

from analytics import clv_specs
from analytics.alerts import panels as alerts
from analytics.alerts.specs import ALERT_FIELDS
from analytics.cluster_panel import CLUSTER_FIELDS
from analytics.cluster_panel import PANELS as CLUSTER_PANELS
from analytics.clv_panel import PANELS as CLV_PANELS
from analytics.costs.panels import PANELS as COST_PANELS
from analytics.costs.specs import COST_FIELDS
from analytics.duplicates.exporting import EXPORTS as PAIR_EXPORTS
from analytics.duplicates.panels import CONTACT_PANELS as PAIR_PANELS
from analytics.duplicates.specs import DISTINCT_FIELDS, PAIR_FIELDS
from analytics.exporting import EXPORTS
from analytics.families.panels import PANELS as FAMILY_PANELS
from analytics.families.specs import FAMILY_FIELDS
from analytics.further_tiles import FURTHER_TILES
from analytics.history_panel import PANELS as HISTORY_PANELS
from analytics.home import CARDS, STEPS
from analytics.home_figures import FIGURES
from analytics.initiatives.home import CARDS as INITIATIVE_CARDS
from analytics.initiatives.specs import INITIATIVE_FIELDS
from analytics.lead_panel import LEAD_FIELDS
from analytics.lead_panel import PANELS as LEAD_PANELS
from analytics.panels import CONTACT_PANELS, HOME
from analytics.portfolio.panels import CONTACT_PANELS as PORTFOLIO_PANELS
from analytics.portfolio.specs import PORTFOLIO_FIELDS
from analytics.profile.specs import PROFILE_FIELDS
from analytics.quality.panels import CONTACT_PANELS as QUALITY_PANELS
from analytics.quality.specs import QUALITY_FIELDS
from analytics.reports import REPORTS
from analytics.satisfaction.specs import RESPONSE_FIELDS
from analytics.satisfaction.wallet_specs import WALLET_FIELDS
from analytics.sequences.specs import SEQUENCE_FIELDS
from analytics.significance.panels import CONTACT_PANELS as SIGNIFICANCE_PANELS
from analytics.significance.specs import READ as MARKS_READ
from analytics.significance.specs import SIGNIFICANCE_FIELDS
from analytics.specs import CONTACT_FIELDS
from analytics.tiles import TILES
from crm.catalogue import REBUILT, ApiArea, Catalogue, NavItem, PastRule
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, Grants

SEE = Grants(view=Scope.ALL)
SEE_AND_RUN = Grants(view=Scope.ALL, run=Scope.ALL)
OF_OWN = Grants(view=Scope.OWN, change=Scope.OWN)
SEE_AND_CHANGE = Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL, delete=Scope.ALL)

MADE_ANEW = "Figures that each run makes anew; the run and its parameters are kept."

CATALOGUE = Catalogue(
    fields={
        "contacts.contact": (
            *CONTACT_FIELDS,
            *clv_specs.CONTACT_FIELDS,
            *COST_FIELDS,
            *CLUSTER_FIELDS,
            *PORTFOLIO_FIELDS,
            *WALLET_FIELDS,
            *SIGNIFICANCE_FIELDS,
            *PROFILE_FIELDS,
            *SEQUENCE_FIELDS,
            *FAMILY_FIELDS,
            *QUALITY_FIELDS,
        ),
        "leads.lead": LEAD_FIELDS,
        "feedback.response": RESPONSE_FIELDS,
        "analytics.sellalert": ALERT_FIELDS,
        "analytics.duplicatepair": PAIR_FIELDS,
        "analytics.distinctpair": DISTINCT_FIELDS,
        "analytics.initiative": INITIATIVE_FIELDS,
    },
    grants={
        "analytics.modelrun": {
            Role.REP: SEE,
            Role.MARKETER: SEE_AND_RUN,
            Role.AGENT: SEE,
            Role.MANAGER: SEE_AND_RUN,
        },
        "analytics.rfmsegment": {
            Role.REP: SEE,
            Role.MARKETER: SEE,
            Role.AGENT: SEE,
            Role.MANAGER: SEE_AND_CHANGE,
        },
        "analytics.strategyrule": {
            Role.REP: SEE,
            Role.MARKETER: SEE,
            Role.AGENT: SEE,
            Role.MANAGER: SEE_AND_CHANGE,
        },
        "analytics.initiative": {
            Role.REP: OF_OWN,
            Role.MARKETER: EVERYTHING,
            Role.AGENT: OF_OWN,
            Role.MANAGER: EVERYTHING,
        },
    },
    exports=(*EXPORTS, *PAIR_EXPORTS),
    reads={"contacts.contact": (MARKS_READ,)},
    panels={
        "contacts.contact": (
            *CONTACT_PANELS,
            *CLV_PANELS,
            *COST_PANELS,
            *PORTFOLIO_PANELS,
            *SIGNIFICANCE_PANELS,
            *CLUSTER_PANELS,
            *FAMILY_PANELS,
            *HISTORY_PANELS,
            *alerts.CONTACT_PANELS,
            *PAIR_PANELS,
            *QUALITY_PANELS,
        ),
        "leads.lead": LEAD_PANELS,
    },
    navigation=(
        NavItem(
            "Duplicates", "duplicates:pair_list", "people", group="Customers", order=17, model="analytics.duplicatepair"
        ),
        NavItem(
            "Data quality", "quality:overview", "clipboard-check", group="Data", order=925, model="contacts.contact"
        ),
        NavItem(
            "Selling alerts", "analytics:alert_list", "lightning", group="Sales", order=23, model="analytics.sellalert"
        ),
        NavItem(
            "Overview", "analytics:overview", "bar-chart-line", group="Analysis", order=500, model="analytics.modelrun"
        ),
        NavItem(
            "Customer scores",
            "analytics:rfm_detail",
            "gem",
            group="Analysis",
            order=510,
            model="analytics.modelrun",
            scores="analytics.rfmscore",
            key="y",
        ),
        NavItem(
            "Clusters",
            "analytics:cluster_list",
            "grid-3x3-gap",
            group="Analysis",
            order=515,
            model="analytics.modelrun",
            scores="analytics.clusterscore",
            roles=(Role.MARKETER, Role.MANAGER, Role.ADMIN),
        ),
        NavItem(
            "Forecast",
            "analytics:forecast_detail",
            "graph-up",
            group="Analysis",
            order=505,
            model="pipeline.deal",
            key="f",
        ),
        NavItem(
            "Retention",
            "analytics:retention_detail",
            "arrow-repeat",
            group="Analysis",
            order=540,
            model="analytics.modelrun",
            roles=(Role.MARKETER, Role.AGENT, Role.MANAGER, Role.ADMIN),
        ),
        NavItem(
            "Initiatives",
            "analytics:initiative_list",
            "flag",
            group="Analysis",
            order=542,
            model="analytics.initiative",
            roles=(Role.MARKETER, Role.MANAGER, Role.ADMIN),
        ),
        NavItem(
            "Direct and partners",
            "analytics:partners",
            "shop",
            group="Analysis",
            order=543,
            model="analytics.modelrun",
            roles=(Role.MARKETER, Role.AGENT, Role.MANAGER, Role.ADMIN),
        ),
        NavItem(
            "Satisfaction",
            "analytics:satisfaction_detail",
            "emoji-smile",
            group="Analysis",
            order=545,
            model="analytics.modelrun",
            roles=(Role.MARKETER, Role.AGENT, Role.MANAGER, Role.ADMIN),
        ),
        NavItem(
            "Churn", "analytics:churn_detail", "graph-down", group="Analysis", order=518, model="analytics.modelrun"
        ),
        NavItem(
            "Chances of leads",
            "analytics:lead_detail",
            "funnel",
            group="Analysis",
            order=519,
            model="analytics.modelrun",
        ),
        NavItem(
            "Prospects",
            "analytics:prospect_list",
            "bullseye",
            group="Customers",
            order=13,
            model="analytics.modelrun",
            scores="analytics.prospectscore",
        ),
        NavItem(
            "Customer portfolio",
            "analytics:portfolio_detail",
            "pie-chart",
            group="Analysis",
            order=522,
            model="analytics.modelrun",
            scores="analytics.ladderscore",
        ),
        NavItem(
            "Lifetime value",
            "analytics:clv_detail",
            "graph-up-arrow",
            group="Analysis",
            order=520,
            model="analytics.modelrun",
            scores="analytics.clvscore",
        ),
        NavItem(
            "Sequence selling",
            "analytics:sequence_detail",
            "skip-forward",
            group="Analysis",
            order=521,
            model="analytics.modelrun",
            scores="analytics.nextscore",
            roles=(Role.MARKETER, Role.MANAGER, Role.ADMIN),
        ),
        NavItem(
            "Chances by family",
            "analytics:families_detail",
            "bag-check",
            group="Analysis",
            order=523,
            model="analytics.modelrun",
            scores="analytics.familyscore",
            roles=(Role.MARKETER, Role.MANAGER, Role.ADMIN),
        ),
        NavItem(
            "Profitability",
            "analytics:profitability",
            "cash-coin",
            group="Analysis",
            order=525,
            model="analytics.modelrun",
            scores="analytics.costscore",
        ),
    ),
    tiles=(*TILES, *FURTHER_TILES),
    home=(*CARDS, *HOME, *alerts.CARDS, *INITIATIVE_CARDS),
    start=STEPS,
    home_figures=(*FIGURES, *alerts.FIGURES),
    past={
        "analytics.modelrun": PastRule(exempt="A ledger: rows are only ever added, each with the figures of its run."),
        "analytics.rfmscore": REBUILT,
        "analytics.sellalert": PastRule(parent="contact_id"),
        "analytics.duplicatepair": PastRule(exempt=MADE_ANEW),
        "analytics.duplicatebasis": PastRule(exempt=MADE_ANEW),
        "analytics.duplicatearray": PastRule(exempt=MADE_ANEW),
        "analytics.distinctpair": PastRule(parent="first_id"),
        "analytics.churnscore": REBUILT,
        "analytics.clvscore": REBUILT,
        "analytics.costscore": REBUILT,
        "analytics.clusterscore": REBUILT,
        "analytics.dealforecast": PastRule(exempt=MADE_ANEW),
        "analytics.forecastsum": PastRule(exempt="Sums of what a run says of deals, whose own history is kept."),
        "analytics.forecastsnapshot": PastRule(
            exempt="A dated history itself: what was forecast on a day is added and stays.", is_added_to=True
        ),
        "analytics.ladderscore": REBUILT,
        "analytics.leadscore": REBUILT,
        "analytics.prospectscore": REBUILT,
        "analytics.qualityscore": REBUILT,
        "analytics.strategyscore": REBUILT,
        "analytics.walletscore": REBUILT,
        "analytics.significancescore": REBUILT,
        "analytics.profilescore": REBUILT,
        "analytics.nextscore": REBUILT,
        "analytics.familyscore": REBUILT,
        "analytics.significancemark": PastRule(parent="contact_id"),
        "analytics.initiative": PastRule(
            without=("booked_amount", "baseline", "outcome", "verdict", "created_at", "updated_at")
        ),
        "analytics.milestone": PastRule(parent="initiative_id", is_part=True),
        "analytics.initiativecost": PastRule(parent="initiative_id", is_part=True),
        "analytics.retentionrate": PastRule(exempt=MADE_ANEW),
        "analytics.cohortcount": PastRule(exempt=MADE_ANEW),
        "analytics.satisfactioncount": PastRule(exempt=MADE_ANEW),
        "analytics.segmentmove": PastRule(exempt="Counted from the history of scores, month by month."),
        "analytics.scorehistory": PastRule(exempt="A dated history itself: each month's scores are added and stay."),
    },
    api_areas=(
        ApiArea("scores", "Customer scores", "What the analysis says of each customer.", is_writable=False),
        ApiArea("alerts", "Selling alerts", "What customers may buy next, and who drifts away; answered."),
        ApiArea("initiatives", "Initiatives", "Plans, milestones and costs, and what came of them."),
    ),
    reports=REPORTS,
)
