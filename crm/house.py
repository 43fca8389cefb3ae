"""What the house is made of: every app and what it brings, by name. The settings take it over; nobody else reads it."""

# from the ground up; `campaigns` stands on the scores
APPS = ("contacts", "orders", "leads", "pipeline", "service", "feedback", "analytics", "campaigns")
CATALOGUES = ["crm.floor", *(f"{app}.catalogue" for app in APPS)]
# the work of a JobRun, by its kind
JOBS = {
    "import": "crm.importing.job.run_import",
    "import_try": "crm.importing.job.run_trial",
    "export": "crm.exporting.later.run_export",
    "hand over": "crm.handover.run_handover",
    "dashboard mail": "crm.dashboards.mailing.run_mailing",
    "import_back": "crm.importing.taking_back.actions.run_taking_back",
    "bulk": "crm.bulk.jobs.run_bulk",
    "bulk_undo": "crm.bulk.undoing.run_undo",
    "repair": "contacts.repairing.actions.run_repair",
    "erasure": "contacts.privacy.actions.run_erasure",
    "erasure_look": "contacts.privacy.actions.run_look",
    "retention": "contacts.privacy.retention.running.run_retention",
    "place contacts": "contacts.territories.placing.run_placing",
    "deal amounts": "pipeline.jobs.refresh_all_deals",
    "responsibilities": "contacts.responsibility.keeping.run_keeping",
    "analysis": "analytics.jobs.run_analysis",
    "remove_demo": "crm.demo.removing.work.run_removing",
    "tidying": "crm.tidying.run_tidying",
    "order totals": "orders.jobs.refresh_all_totals",
    "score leads": "leads.scoring.actions.run_scoring",
    "allocate leads": "leads.allocation.actions.run_allocation",
    "step of tickets": "service.actions.many.run_steps",
    "answer incidents": "service.ties.actions.run_incidents",
    "route tickets": "service.routing.actions.run_routing",
    "renewals": "orders.contracts.renewing.run_renewing",
    "survey": "feedback.asking.sending.run_sending",
    "experience map": "feedback.experience.counting.run_count",
    "enrolment": "leads.nurturing.actions.run_enrolling",
    "segments": "campaigns.segments.actions.run_refresh",
    "start campaign": "campaigns.sending.starting.run_start",
    "loyalty": "orders.loyalty.keeping.keep_loyalty",
    "defectors": "service.defectors.finding.run_finding",
    "merge_duplicates": "analytics.duplicates.surest.run_merging",
    "undo_merges": "analytics.duplicates.surest.run_undoing",
}
# steps of the analysis that apps above it bring
ANALYSIS_STEPS = ["campaigns.steps.STEPS"]
# what drives the cost of serving a customer in apps above the analysis
COST_DRIVERS = ["campaigns.costs.DRIVERS"]
# what the conversion of a lead makes besides the contact
CONVERSION_STEP = "pipeline.converting.STEP"
# when mails that go to many may leave, by the clock of each person
QUIET_HOURS = "campaigns.sending.quiet.quiet_hours"
# what `load_demo` makes, lowest floor first: functions that take the house and return what fills a batch of customers
DEMO_LOADERS = [
    "crm.demo.staff.load",
    "crm.demo.mappings.load",
    "crm.demo.dashboards.load",
    "contacts.demo.book.load",
    "orders.demo.sales.load",
    "contacts.demo.history.load",
    "contacts.demo.daily.load",
    "contacts.demo.ties.load",
    "contacts.demo.working.load",
    "contacts.demo.twins.load",
    "contacts.demo.untidy.load",
    "crm.demo.statistics.load",
    "orders.demo.after_sales.load",
    "contacts.demo.origins.load",
    "orders.demo.loyalty.load",
    "leads.demo.leads.load",
    "leads.demo.letters.load",
    "pipeline.demo.deals.load",
    "pipeline.demo.quotes.load",
    "crm.demo.statistics.load",
    "pipeline.demo.working.load",
    "service.demo.tickets.load",
    "service.demo.articles.load",
    "service.demo.macros.load",
    "service.demo.desk.load",
    "service.demo.remedies.load",
    "service.demo.defectors.load",
    "feedback.demo.load",
    "analytics.demo.load",
    "campaigns.demo.load",
]
# sums that are true in the same transaction as the rows they are of, lowest floor first
KEPT_SUMS = (
    "pipeline.sums.DEALS",
    "leads.sums.LEADS",
    "analytics.forecast_sums.CHANCES",
    "campaigns.plays.sums.PLAYS",
)
# what becomes of the rows that name a contact when two become one, lowest floor first
CONTACT_KEYS = [f"{app}.merging.KEYS" for app in APPS if app != "contacts"]
CONTACT_KEYS.insert(0, "contacts.merging.own.KEYS")
# what becomes of their rows when an import is taken back, lowest floor first
TAKING_BACK = [
    "crm.importing.taking_back.own.RULES",
    *(f"{app}.taking_back.RULES" for app in APPS if app != "contacts"),
]
TAKING_BACK.insert(1, "contacts.importing.taking_back.RULES")
# what keeps texts of mails from being forgotten: of those that went out, and of those that came
MAILS_NOT_HELD = (
    "contacts.privacy.retention.holds.not_held_mails",
    "contacts.privacy.retention.holds.not_held_incoming",
)
# what no restore may lose, and what is done with it after one
KEPT_APART = ["contacts.privacy.repeating.ERASURES"]
# the views that a tool for reports reads, lowest floor first
WAREHOUSE = [f"{app}.warehouse.VIEWS" for app in APPS if app != "campaigns"]
# where data of persons are, lowest floor first (a person's file, and erasures)
PERSONAL_DATA = ["contacts.privacy.own.PERSONAL_DATA", *(f"{app}.privacy.PERSONAL_DATA" for app in APPS[1:])]
# asked in this order who takes a mail
MAIL_TAKERS = ["service.incoming.take_mail", "leads.incoming.take_mail", "contacts.incoming.take_mail"]
