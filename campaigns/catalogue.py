"""What campaigns brings to the engines."""

from campaigns.exporting import EXPORTS
from campaigns.home import CARDS, FIGURES
from campaigns.importing import KINDS
from campaigns.offers.specs import CONTACT_OFFER_FIELDS, OFFER_FIELDS
from campaigns.panels import CONTACT_PANELS
from campaigns.plays.specs import CONTACT_PLAY_FIELDS, PLAY_FIELDS
from campaigns.recipient_specs import RECIPIENT_FIELDS
from campaigns.reports import REPORTS
from campaigns.retaining.specs import CONTACT_RETENTION_FIELDS
from campaigns.searching import SOURCES
from campaigns.segments.specs import IN_SEGMENT, SEGMENT_FIELDS
from campaigns.specs import CAMPAIGN_FIELDS, CONTACT_FIELDS
from campaigns.starting import STEPS
from campaigns.tiles import TILES
from campaigns.timeline import TIMELINE
from crm.catalogue import REBUILT, ApiArea, Catalogue, NavItem, NewItem, PastRule
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, Grants
from crm.onward import ListLink

SEE = Grants(view=Scope.ALL)
CAMPAIGN_GRANTS: dict[str, Grants] = {
    Role.REP: SEE,
    Role.MARKETER: EVERYTHING,
    Role.AGENT: SEE,
    Role.MANAGER: EVERYTHING,
}
RULES_GRANTS: dict[str, Grants] = {Role.REP: SEE, Role.MARKETER: SEE, Role.AGENT: SEE, Role.MANAGER: EVERYTHING}
NOBODY: dict[str, Grants] = {}
ADDED = "Rows are only ever added, and nobody can change them: it is a record itself."
DRAWN = "Written down once with the start of the action, and never changed."
LARGE = "One row for each person in a campaign: what happens to it stands in the row itself, with its moments."

MAKE_SEGMENT = ListLink("Make a segment", "pie-chart", "campaigns:segment_create", "campaigns.segment")

CATALOGUE = Catalogue(
    fields={
        "campaigns.campaign": CAMPAIGN_FIELDS,
        "campaigns.recipient": RECIPIENT_FIELDS,
        "campaigns.segment": SEGMENT_FIELDS,
        "campaigns.offer": OFFER_FIELDS,
        "campaigns.play": PLAY_FIELDS,
        "contacts.contact": (
            IN_SEGMENT,
            *CONTACT_FIELDS,
            *CONTACT_OFFER_FIELDS,
            *CONTACT_PLAY_FIELDS,
            *CONTACT_RETENTION_FIELDS,
        ),
    },
    list_links={"contacts.contact": (MAKE_SEGMENT,)},
    grants={
        "campaigns.campaign": CAMPAIGN_GRANTS,
        "campaigns.segment": CAMPAIGN_GRANTS,
        "campaigns.offer": CAMPAIGN_GRANTS,
        "campaigns.play": CAMPAIGN_GRANTS,
        "campaigns.retentionaction": CAMPAIGN_GRANTS,
        "campaigns.mailpicture": CAMPAIGN_GRANTS,
        "campaigns.sendingrules": RULES_GRANTS,
        "campaigns.hit": NOBODY,
    },
    imports=KINDS,
    exports=EXPORTS,
    panels={"contacts.contact": CONTACT_PANELS},
    timeline=TIMELINE,
    past={
        "campaigns.campaign": PastRule(without=("search_text", "sort_name", "updated_at")),
        "campaigns.variant": PastRule(parent="campaign_id", is_part=True),
        "campaigns.mailpace": PastRule(parent="contact_id"),
        "campaigns.mailpicture": PastRule(),
        "campaigns.pictureuse": PastRule(exempt="Told anew from the blocks of the variant, whose changes are kept."),
        "campaigns.recipient": PastRule(exempt=LARGE),
        "campaigns.campaignsegment": PastRule(parent="campaign_id", is_part=True),
        "campaigns.hit": PastRule(exempt=ADDED),
        "campaigns.offer": PastRule(without=("search_text", "sort_name", "updated_at")),
        "campaigns.campaignoffer": PastRule(parent="campaign_id", is_part=True),
        "campaigns.givenoffer": PastRule(exempt=LARGE),
        "campaigns.piece": PastRule(exempt=LARGE),
        "campaigns.piecefile": PastRule(parent="campaign_id", is_part=True),
        "campaigns.redemption": PastRule(exempt="Told anew from the codes on orders, whose changes are kept."),
        "campaigns.play": PastRule(without=("search_text", "sort_name", "updated_at")),
        "campaigns.playstep": PastRule(parent="play_id", is_part=True),
        "campaigns.playentry": PastRule(exempt=LARGE),
        "campaigns.playtouch": PastRule(exempt=ADDED, is_added_to=True),
        "campaigns.retentionaction": PastRule(without=("seed",)),
        "campaigns.retainedcustomer": PastRule(exempt=DRAWN),
        "campaigns.playsum": PastRule(exempt="Sums of who is in plays, added up anew from them at any time."),
        "campaigns.segment": PastRule(without=("search_text", "sort_name", "size", "counted_at")),
        "campaigns.segmentmember": PastRule(exempt="Derived from the filter; who came and left is kept beside it."),
        "campaigns.segmentmove": PastRule(exempt=ADDED, is_added_to=True),
        "campaigns.responsescore": REBUILT,
        "campaigns.upliftscore": REBUILT,
        "campaigns.varianttally": PastRule(exempt="Counted anew from the recipients whenever they change."),
    },
    navigation=(
        NavItem(
            "Segments",
            "campaigns:segment_list",
            "pie-chart",
            group="Marketing",
            order=70,
            model="campaigns.segment",
            key="s",
        ),
        NavItem(
            "Campaigns",
            "campaigns:campaign_list",
            "megaphone",
            group="Marketing",
            order=72,
            model="campaigns.campaign",
            key="e",
        ),
        NavItem(
            "Recipients",
            "campaigns:recipient_list",
            "envelope-check",
            group="Marketing",
            order=75,
            model="campaigns.recipient",
            roles=(Role.MARKETER, Role.MANAGER, Role.ADMIN),
        ),
        NavItem("Plays", "campaigns:play_list", "signpost-split", group="Marketing", order=73, model="campaigns.play"),
        NavItem(
            "Offers",
            "campaigns:offer_list",
            "gift",
            group="Marketing",
            order=74,
            model="campaigns.offer",
            key="x",
        ),
        NavItem(
            "Retention actions",
            "campaigns:retention_action_list",
            "shield-check",
            group="Marketing",
            order=76,
            model="campaigns.retentionaction",
            roles=(Role.MARKETER, Role.AGENT, Role.MANAGER, Role.ADMIN),
        ),
    ),
    new_items=(NewItem("Campaign", "campaigns:campaign_create", "megaphone", "campaigns.campaign", key="m", order=30),),
    api_areas=(ApiArea("campaigns", "Campaigns", "Plans, offers, sending, and what came of them."),),
    search=SOURCES,
    home=CARDS,
    start=STEPS,
    home_figures=FIGURES,
    tiles=TILES,
    reports=REPORTS,
)
