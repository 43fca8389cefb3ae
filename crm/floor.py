"""What the ground floor itself brings to the engines: its grants and its lines of the navigation."""

from crm.accounts.importing import USERS
from crm.catalogue import ApiArea, Catalogue, NavItem, NewItem, PastRule
from crm.choices import Role, Scope
from crm.dashboards.layout import PLACE
from crm.grants import READ_ALL, Grants
from crm.home import CARDS, FIGURES
from crm.notes.history import HISTORY
from crm.past.specs import LOG_FIELDS, ROW_FIELDS
from crm.reports.searching import REPORTS
from crm.starting.own import STEPS

SEE = Grants(view=Scope.ALL)
TASKS = Grants(view=Scope.OWN, add=Scope.ALL, change=Scope.OWN, delete=Scope.OWN)
TEAM_TASKS = Grants(view=Scope.TEAM, add=Scope.ALL, change=Scope.TEAM, delete=Scope.TEAM)
OWN_DRAFTS = Grants(view=Scope.OWN, add=Scope.OWN, change=Scope.OWN, delete=Scope.OWN)
OWN_FILES = Grants(view=Scope.OWN, add=Scope.OWN, delete=Scope.OWN)
OWN_JOBS = Grants(view=Scope.OWN, change=Scope.OWN)
OWN_IMPORTS = Grants(view=Scope.OWN, add=Scope.OWN, change=Scope.OWN)
ALL_IMPORTS = Grants(view=Scope.ALL, add=Scope.ALL, change=Scope.ALL)
OWN_MAPPINGS = Grants(view=Scope.ALL, add=Scope.ALL, delete=Scope.OWN)
ALL_MAPPINGS = Grants(view=Scope.ALL, add=Scope.ALL, delete=Scope.ALL)
ALL_JOBS = Grants(view=Scope.ALL, change=Scope.ALL)
ALL_MAILS = Grants(view=Scope.ALL, change=Scope.ALL)
SEE_OWN = Grants(view=Scope.OWN)
EVERYBODY = (Role.REP, Role.MARKETER, Role.AGENT, Role.MANAGER)

VIEWS = Grants(view=Scope.TEAM, add=Scope.ALL, change=Scope.OWN, delete=Scope.OWN)
TEAM_VIEWS = Grants(view=Scope.TEAM, add=Scope.ALL, change=Scope.TEAM, delete=Scope.TEAM)
# to run: to share with roles, and to mail to others
OWN_DASHBOARDS = Grants(view=Scope.TEAM, add=Scope.ALL, change=Scope.OWN, delete=Scope.OWN)
ALL_DASHBOARDS = Grants(view=Scope.TEAM, add=Scope.ALL, change=Scope.TEAM, delete=Scope.TEAM, run=Scope.ALL)
OWN_SUBSCRIPTIONS = Grants(view=Scope.OWN, add=Scope.ALL, change=Scope.OWN, delete=Scope.OWN)

CATALOGUE = Catalogue(
    grants={
        # to run: to hand a leaver's records over
        "crm.user": {**dict.fromkeys(EVERYBODY, SEE), Role.MANAGER: Grants(view=Scope.ALL, run=Scope.ALL)},
        "crm.team": dict.fromkeys(EVERYBODY, SEE),
        "crm.territory": dict.fromkeys(EVERYBODY, SEE),
        "crm.storedfile": dict.fromkeys(EVERYBODY, OWN_FILES),
        "crm.jobrun": {**dict.fromkeys(EVERYBODY, OWN_JOBS), Role.MANAGER: ALL_JOBS},
        "crm.importrun": {Role.REP: OWN_IMPORTS, Role.MARKETER: OWN_IMPORTS, Role.MANAGER: ALL_IMPORTS},
        "crm.importmapping": {Role.REP: OWN_MAPPINGS, Role.MARKETER: OWN_MAPPINGS, Role.MANAGER: ALL_MAPPINGS},
        "crm.exportrun": dict.fromkeys(EVERYBODY, SEE_OWN),
        "crm.savedview": {**dict.fromkeys(EVERYBODY, VIEWS), Role.MANAGER: TEAM_VIEWS},
        "crm.dashboard": {**dict.fromkeys(EVERYBODY, OWN_DASHBOARDS), Role.MANAGER: ALL_DASHBOARDS},
        "crm.dashboardsubscription": dict.fromkeys(EVERYBODY, OWN_SUBSCRIPTIONS),
        "crm.savedreport": {**dict.fromkeys(EVERYBODY, VIEWS), Role.MANAGER: TEAM_VIEWS},
        "crm.apitoken": dict.fromkeys(EVERYBODY, OWN_FILES),
        # besides, who may see a record sees what hangs on it
        "crm.task": {**dict.fromkeys(EVERYBODY, TASKS), Role.MANAGER: TEAM_TASKS},
        "crm.note": {**dict.fromkeys(EVERYBODY, TASKS), Role.MANAGER: TEAM_TASKS},
        "crm.attachment": {**dict.fromkeys(EVERYBODY, TASKS), Role.MANAGER: TEAM_TASKS},
        "crm.mention": dict.fromkeys(EVERYBODY, Grants(view=Scope.OWN)),
        "crm.notice": dict.fromkeys(EVERYBODY, OWN_JOBS),
        "crm.maildraft": dict.fromkeys(EVERYBODY, OWN_DRAFTS),
        "crm.calendarfeed": dict.fromkeys(EVERYBODY, OWN_DRAFTS),
        "crm.logentry": {Role.MANAGER: READ_ALL},  # the audit page is for administrators
        "crm.outgoingmail": {Role.MANAGER: ALL_MAILS},
        "crm.mailchannel": {Role.MANAGER: ALL_MAILS},
        "crm.suppressedaddress": {Role.MANAGER: ALL_MAILS},
        # besides, who may see a record sees the mails that hang on it; mailboxes are for administrators
        "crm.incomingmail": {**dict.fromkeys(EVERYBODY, SEE_OWN), Role.MANAGER: ALL_MAILS},
    },
    fields={"crm.logentry": LOG_FIELDS, "crm.rowchange": ROW_FIELDS},
    imports=(USERS,),
    layouts=(PLACE,),
    home=CARDS,
    start=STEPS,
    home_figures=FIGURES,
    timeline=(HISTORY,),
    search=(REPORTS,),
    new_items=(NewItem("Task", "agenda:task_create", "check2-square", "crm.task", key="t", order=20),),
    past={
        "crm.apitoken": PastRule(without=("digest",)),
        "crm.apiuse": PastRule(exempt="Counters of the current minute."),
        "crm.refusalkey": PastRule(exempt="A secret: what it was before must stand nowhere."),
        "crm.keptanswer": PastRule(exempt="Answers kept for two days; what they did is in the past of its own tables."),
        "crm.logentry": PastRule(
            exempt="Rows are only ever added, and nobody can change them: it is a record itself.", is_added_to=True
        ),
        "crm.rowchange": PastRule(exempt="The record itself."),
        "crm.jobrun": PastRule(exempt="A ledger: state, attempts and outcome stand in the row."),
        "crm.keptfilter": PastRule(exempt="A short name for a filter in an address; it never changes."),
        "crm.formsubmission": PastRule(exempt="Only says that a form was sent; swept away after a week."),
        "crm.demoload": PastRule(exempt="Says what the demo loader made; written once."),
        "crm.heartbeat": PastRule(exempt="Signs of life of worker and beat, every few seconds."),
        "crm.jobwindow": PastRule(exempt="Rows are only ever added, by the clock."),
        "crm.importrun": PastRule(exempt="A draft until it runs; then what and how is in the row."),
        "crm.exportrun": PastRule(exempt="A ledger: who asked for what and when stands in the row, and in the log."),
        "crm.exportedcontacts": PastRule(exempt="A part of the log: only ever added.", is_added_to=True),
        "crm.importmapping": PastRule(without=("used_at",)),
        "crm.dashboard": PastRule(without=("updated_at",)),
        "crm.dashboardsubscription": PastRule(without=("next_at",)),
        "crm.dashboarddelivery": PastRule(exempt="A ledger: what became of each stands in the row."),
        "crm.outgoingmail": PastRule(exempt="A ledger: each mail's states, attempts and answers stand in its row."),
        "crm.incomingmail": PastRule(exempt="A ledger: what became of each mail stands in its row."),
        "crm.incomingcontent": PastRule(exempt="Bytes as they came; they never change."),
        "crm.mailbox": PastRule(
            without=(
                "sealed_password",
                "hook_token",
                "uid_validity",
                "last_uid",
                "tried_uid",
                "tries",
                "fetched_at",
                "next_at",
                "consecutive_errors",
                "last_error",
            )
        ),
        "crm.mailslot": PastRule(exempt="How far a sender is in the mails in its hands, every few milliseconds."),
        "crm.maillimit": PastRule(parent="channel_id", is_part=True),
        "crm.mailcount": PastRule(exempt="How many mails left in the running minute, hour and day."),
        "crm.mailattachment": PastRule(exempt="Made with its mail and never changed."),
        "crm.mailchannel": PastRule(without=("next_at", "consecutive_errors", "last_error")),
        "crm.user": PastRule(without=("password", "last_login", "theme", "density")),
        "crm.session": PastRule(exempt="Open sign-ins: each begin and each end by hand is a row of the log."),
        "crm.task": PastRule(without=("updated_at",), parent="contact_id"),
        "crm.note": PastRule(parent="contact_id"),
        "crm.mention": PastRule(parent="contact_id"),
        "crm.attachment": PastRule(parent="contact_id"),
        "crm.maildraft": PastRule(exempt="What somebody is typing; when it is sent, the mail stands in its ledger."),
        "crm.notice": PastRule(exempt="What somebody is told; what it is about is in the past of its own table."),
        "crm.calendarfeed": PastRule(without=("digest",)),
        "crm.passwordrequest": PastRule(exempt="Gone as soon as it is answered; the mail stands in its ledger."),
    },
    api_areas=(
        ApiArea("tasks", "Tasks", "What people have to do, and when."),
        ApiArea("notes", "Notes", "What people wrote down about contacts."),
        ApiArea("jobs", "Jobs", "Your imports and analyses: how far they are.", is_writable=False),
        ApiArea("views", "Saved views", "What lists show, by name; the filter of each.", is_writable=False),
    ),
    navigation=(
        NavItem("Home", "crm:home", "house", order=0, key="h", is_at_hand=True),
        NavItem("Dashboard", "dashboards:dashboard", "speedometer2", group="Analysis", order=495, key="r"),
        NavItem(
            "Reports",
            "reports:report_list",
            "bar-chart-line",
            group="Analysis",
            order=496,
            model="crm.savedreport",
            key="z",
        ),
        NavItem(
            "Adoption",
            "crm:adoption",
            "activity",
            group="Analysis",
            order=498,
            model="crm.logentry",
            roles=(Role.MANAGER, Role.ADMIN),
        ),
        NavItem("Tasks", "agenda:task_list", "check2-square", order=2, model="crm.task", key="k", is_at_hand=True),
        NavItem("Calendar", "agenda:calendar", "calendar3", order=4, model="crm.task", key="w"),
        NavItem("Imports", "crm:import_list", "upload", group="Data", order=930, model="crm.importrun", key="i"),
        NavItem("Jobs", "crm:job_list", "hourglass-split", group="Data", order=940, model="crm.jobrun", key="j"),
        NavItem(
            "Outgoing mail", "crm:mail_list", "envelope", group="Data", order=945, model="crm.outgoingmail", key="m"
        ),
        NavItem(
            "Incoming mail",
            "incoming:mail_list",
            "inbox",
            group="Data",
            order=944,
            model="crm.incomingmail",
            verb="change",
        ),
        NavItem("Mailboxes", "incoming:mailbox_list", "mailbox", group="Set-up", order=967, model="crm.mailbox"),
        NavItem("People", "crm:person_list", "people", group="Set-up", order=960, model="crm.user", key="u"),
        NavItem("Audit", "crm:audit_list", "clock-history", group="Data", order=949, model="crm.rowchange", key="t"),
        NavItem("Company", "crm:company", "building", group="Set-up", order=955, model="crm.company", verb="change"),
        NavItem("Administration", "admin:index", "gear", group="Set-up", order=990, roles=(Role.ADMIN,), key="a"),
        NavItem(
            "Custom fields",
            "crm:customfield_list",
            "card-list",
            group="Set-up",
            order=965,
            model="crm.customfield",
            verb="change",
        ),
        NavItem(
            "Layouts",
            "crm:layout",
            "layout-three-columns",
            group="Set-up",
            order=966,
            model="crm.layout",
            verb="change",
        ),
        NavItem(
            "Saved views",
            "crm:view_list",
            "bookmark",
            group="Data",
            order=947,
            model="crm.savedview",
            roles=(Role.ADMIN, Role.MANAGER),
        ),
        NavItem(
            "Rights", "crm:rights", "shield-lock", group="Set-up", order=961, model="crm.accessrule", verb="change"
        ),
    ),
)
