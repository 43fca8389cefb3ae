"""What of the product speaks every language, and which templates do not yet. Tests hold the rest to it."""

from __future__ import annotations

# templates, and folders of them, that still have bare texts; every other one is held to have none
ENGLISH_YET: tuple[str, ...] = (
    "admin/base_site.html", "admin/object_history.html", "guide/_panel.html", "guide/chapter.html", "guide/index.html",
    "analytics/initiatives/", "styleguide/",
)  # fmt: skip
OWN_WORDS: tuple[str, ...] = (
    "contacts/privacy/person_file.html", "feedback/public/survey.html", "leads/capture/_html.html",
    "pipeline/quotes/_public_sheet.html",
)  # fmt: skip
"""Documents and code that are the same whoever reads them, and a survey, which has its own languages."""
COMPLETE = ("de", "fr", "es")
"""Languages in which every text of the catalogues is said; others say those of the frame."""
PAGES_OF: dict[str, tuple[str, ...]] = {
    "ar": (
        "agenda/calendar.html", "agenda/feeds.html", "agenda/task_detail.html", "agenda/task_list.html", "allauth/",
        "analytics/segment_list.html", "campaigns/segments/detail.html", "contacts/composer_page.html", "crm/home.html",
        "crm/job.html", "crm/job_list.html", "crm/profile/", "crm/search/", "crm/setting_up/one_row.html",
        "crm/view_list.html", "dashboards/dashboard.html", "dashboards/mail_list.html", "dashboards/shared_list.html",
        "layouts/", "leads/calling/", "leads/checklist.html", "leads/mail_page.html", "leads/score_rules.html",
        "leads/touch_page.html", "mfa/", "notes/notice_list.html", "pipeline/board", "pipeline/months.html",
        "pipeline/targets.html", "service/macros/offer.html",
    ),
}  # fmt: skip
"""Pages on `base.html` that a language speaks which is not complete: the body of every other one is English for it."""
FRAME = (
    "base.html", "account/", "components/", "layouts/", "mfa/", "40", "50", "notes/", "tiles/", "navigation",
    "commands", "keys", "crm/_changes.html", "crm/_first_steps.html", "crm/_home_", "crm/_job_", "crm/home.html",
    "crm/job", "crm/profile/", "crm/search/", "crm/share.html", "crm/view_", "crm/accounts/", "crm/agenda/",
    "crm/filtering/", "crm/forms.py", "crm/layouts/", "crm/notes/", "crm/templatetags/", "crm/views/",
)  # fmt: skip
"""Where the texts stand that every language has to say: templates, and what declares the rest."""
FIELDS_OF: tuple[str, ...] = (
    "contacts.contact", "leads.lead", "pipeline.deal", "pipeline.quote", "service.ticket", "orders.order",
    "orders.product", "orders.orderline", "orders.invoice", "orders.subscription", "crm.task",
)  # fmt: skip
"""Models whose fields are translated in lists and filters."""
CHOICES_OF: tuple[str, ...] = (
    "contacts.contact", "contacts.contactpoint", "contacts.interaction", "contacts.consent", "contacts.relationship",
    "contacts.privacyrequest", "crm.task", "crm.outgoingmail", "analytics.sellalert", "leads.lead", "leads.leadtouch",
    "leads.enrolment", "pipeline.deal", "pipeline.stage", "pipeline.dealrole", "pipeline.quote", "pipeline.quotestep",
    "service.ticket", "service.message", "service.ticketlink", "service.compensation", "orders.order",
    "orders.invoice", "orders.payment", "orders.subscription", "orders.subscriptionrenewal",
    "orders.productregistration", "orders.pointsentry", "orders.product", "campaigns.campaign", "campaigns.mailpace",
    "feedback.suggestion",
)  # fmt: skip
"""Models whose choices are translated where a record is shown."""
NOUNS: tuple[tuple[str, str], ...] = (
    ("family", "families"), ("return", "returns"), ("channel", "channels"), ("interaction", "interactions"),
    ("deal", "deals"), ("lead", "leads"), ("product", "products"), ("subscription", "subscriptions"),
    ("invoice", "invoices"), ("suggestion", "suggestions"),
)  # fmt: skip
"""Nouns with their plurals that the code counts by a name (`plural(count, noun)`)."""
WORDS_OF: tuple[str, ...] = (
    "contacts.choices.Answer", "analytics.choices.Evidence", "analytics.choices.Rung", "analytics.choices.Significance",
    "analytics.choices.RiskBand", "campaigns.choices.Reached", "campaigns.choices.CameBack",
    "campaigns.choices.RetentionWay", "campaigns.choices.RetentionKind",
    "crm.incoming.choices.Outcome", "crm.incoming.choices.IncomingState",
)  # fmt: skip
"""Enumerations that no field has, whose words are translated where they are shown."""
FORMS_OF: tuple[str, ...] = (
    "contacts.forms", "contacts.composing.forms", "crm.agenda.forms", "service.portal.forms",
    "service.channels.forms", "feedback.ideas.forms", "pipeline.quotes.forms", "pipeline.forms", "leads.forms",
    "campaigns.segments.forms", "service.forms", "orders.forms", "campaigns.retaining.forms", "service.promises.forms",
    "service.hours_page", "pipeline.stage_forms", "service.queues.forms",
)  # fmt: skip
"""Modules of forms whose labels, helps and choices are translated."""
SHOWN_ON: tuple[str, ...] = (
    "contacts.contact", "leads.lead", "pipeline.deal", "pipeline.quote", "service.ticket", "orders.order",
    "orders.product", "orders.invoice", "orders.subscription",
)  # fmt: skip
"""Records whose tabs and panels are translated."""
PUT_TOGETHER: dict[str, int] = {
    "campaigns/models/sending.py": 1, "campaigns/segments/actions.py": 1, "campaigns/segments/forms.py": 1,
    "crm/reports/forms.py": 1, "crm/saved_views/forms.py": 1,
}  # fmt: skip
"""Modules with how many of their refusals are made of parts, so that no catalogue has them: they are English yet."""
