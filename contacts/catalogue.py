"""What contacts brings to the engines."""

from functools import partial

from contacts.acquired.specs import ACQUIRED_FIELDS
from contacts.choices import Channel, PointKind
from contacts.editing import EDITING
from contacts.exporting import EXPORTS
from contacts.home import CARDS, FIGURES
from contacts.importing import KINDS
from contacts.keeping import CONTACT_IDS
from contacts.layouts import LAYOUTS
from contacts.merging.specs import MERGE_FIELDS
from contacts.panels import CONTACT_PANELS
from contacts.permission.panels import PERMISSION_PANELS
from contacts.privacy.panels import PRIVACY_PANELS
from contacts.privacy.specs import REQUEST_FIELDS
from contacts.queries import interactions_before, merged_into, signals_before
from contacts.relations.panels import RELATION_PANELS
from contacts.reports import REPORTS
from contacts.searching import SOURCES
from contacts.specs import CONTACT_FIELDS
from contacts.starting import STEPS
from contacts.tiles import TILES
from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule, RecordKind, TimelineSource
from crm.choices import Role, Scope
from crm.grants import EVERYTHING, Grants
from crm.past.panels import CHANGES

CONTACT_GRANTS: dict[str, Grants] = {
    Role.REP: Grants(
        view=Scope.TEAM, add=Scope.OWN, change=Scope.OWN, delete=Scope.OWN, import_=Scope.OWN, export=Scope.OWN
    ),
    Role.MARKETER: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL, import_=Scope.ALL, export=Scope.ALL),
    Role.AGENT: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL),
    Role.MANAGER: EVERYTHING,
}
SEE = Grants(view=Scope.ALL)
CHANNEL_PARTS = (
    ("calls", "Calls", (Channel.PHONE, Channel.WIRELESS)),
    ("mails", "Mails and chats", (Channel.EMAIL, Channel.CHAT, Channel.SOCIAL)),
    ("meetings", "Visits and meetings", (Channel.VISIT, Channel.MEETING, Channel.POINT_OF_SALE)),
    ("web", "Web", (Channel.WEB, Channel.REGISTRATION, Channel.SURVEY)),
    ("deliveries", "Deliveries", (Channel.DELIVERY,)),
)

# a right on a contact's e-mail is one on the points that are e-mail addresses
POINTS_COUNT_AS: dict[str, str] = {
    PointKind.EMAIL: "contacts.contact.email",
    PointKind.PHONE: "contacts.contact.phone",
    PointKind.HANDLE: "contacts.contact.handles",
}

CATALOGUE = Catalogue(
    fields={
        "contacts.contact": CONTACT_FIELDS,
        "contacts.acquiredlist": ACQUIRED_FIELDS,
        "contacts.contactmerge": MERGE_FIELDS,
        "contacts.privacyrequest": REQUEST_FIELDS,
    },
    grants={
        "contacts.contact": CONTACT_GRANTS,
        "contacts.acquiredlist": {
            Role.REP: SEE,
            Role.MARKETER: Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL, delete=Scope.ALL, export=Scope.ALL),
            Role.AGENT: SEE,
            Role.MANAGER: EVERYTHING,
        },
        "contacts.marketcategory": dict.fromkeys((Role.REP, Role.MARKETER, Role.AGENT, Role.MANAGER), SEE),
        "contacts.responsibility": {
            **dict.fromkeys((Role.REP, Role.MARKETER, Role.AGENT), SEE),
            Role.MANAGER: EVERYTHING,
        },
        # to export: all data of one person; to run (administrators, unless a rule says otherwise): erasures
        "contacts.privacyrequest": {Role.MANAGER: Grants(view=Scope.ALL, export=Scope.ALL)},
    },
    imports=KINDS,
    exports=EXPORTS,
    own_ids=(CONTACT_IDS,),
    timeline=(
        TimelineSource(
            "interactions",
            "Interactions",
            interactions_before,
            is_searched=True,
            is_bounded=True,
            parts=tuple(
                TimelineSource(name, label, partial(interactions_before, channels=channels), is_searched=True)
                for name, label, channels in CHANNEL_PARTS
            ),
        ),
        TimelineSource("signals", "Opens, clicks, kiosks, chips", signals_before),
    ),
    panels={
        "contacts.contact": (*CONTACT_PANELS, *PERMISSION_PANELS, *RELATION_PANELS, *PRIVACY_PANELS),
        "contacts.acquiredlist": (CHANGES,),
    },
    past={
        "contacts.contact": PastRule(
            without=("main_country", "search_text", "sort_name", "updated_at"), joined=merged_into
        ),
        "contacts.contactpoint": PastRule(
            without=("normalised",), parent="contact_id", is_part=True, counts_by="kind", counts_as=POINTS_COUNT_AS
        ),
        "contacts.address": PastRule(parent="contact_id", is_part=True),
        "contacts.interaction": PastRule(parent="contact_id"),
        "contacts.consent": PastRule(
            exempt="Rows are only ever added, and nobody can change them: it is a record itself.", is_added_to=True
        ),
        "contacts.relationship": PastRule(parent="contact_id"),
        "contacts.contactmerge": PastRule(
            without=("kept_before", "kept_after", "gone_before", "gone_after", "marks"), parent="kept_id"
        ),
        "contacts.mergedrows": PastRule(exempt="What a merge did to rows, each of which has a history of its own."),
        "contacts.listedcontact": PastRule(parent="contact_id"),
        # tokens that are to be gone when they are taken away
        "contacts.privacyrequest": PastRule(without=("sealed",)),
        "contacts.hold": PastRule(parent="contact_id"),
        "contacts.contactlook": PastRule(exempt="A record itself: who looked at whom on which day."),
        "contacts.retentionrun": PastRule(exempt="A record itself: what the retention rules did one night."),
        "contacts.erasedperson": PastRule(
            exempt="That somebody was erased, without a word of them: rows are only ever added and marked as kept."
        ),
    },
    navigation=(
        NavItem(
            "Contacts",
            "contacts:contact_list",
            "people",
            group="Customers",
            order=10,
            model="contacts.contact",
            key="c",
            is_at_hand=True,
        ),
        NavItem(
            "Acquired lists",
            "contacts:acquired_list_list",
            "journal-text",
            group="Customers",
            order=16,
            model="contacts.acquiredlist",
        ),
        NavItem(
            "Privacy", "privacy:request_list", "shield-lock", group="Data", order=948, model="contacts.privacyrequest"
        ),
        NavItem(
            "Segments of responsibility",
            "contacts:responsibility_list",
            "diagram-3",
            group="Set-up",
            order=963,
            model="contacts.responsibility",
            verb="change",
        ),
        NavItem(
            "Market categories",
            "contacts:market_list",
            "tags",
            group="Set-up",
            order=964,
            model="contacts.marketcategory",
            verb="change",
        ),
        NavItem(
            "Territories",
            "contacts:territory_list",
            "map",
            group="Set-up",
            order=962,
            model="crm.territory",
            verb="change",
        ),
    ),
    tiles=TILES,
    home=CARDS,
    start=STEPS,
    home_figures=FIGURES,
    new_items=(NewItem("Contact", "contacts:contact_create", "person-plus", "contacts.contact", key="c", order=10),),
    api_areas=(
        ApiArea("contacts", "Contacts and organizations", "With how to reach them, addresses and interactions."),
        ApiArea("privacy", "Privacy", "Erasures of people, for good, and how far they are."),
    ),
    search=SOURCES,
    records={"contacts.contact": RecordKind("pk", "contacts:contact_options")},
    editing={"contacts.contact": EDITING},
    layouts=LAYOUTS,
    reports=REPORTS,
)
