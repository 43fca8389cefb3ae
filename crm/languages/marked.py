"""What of the product speaks every language already. Tests hold these to it; the next app is a line here."""

from __future__ import annotations

# folders and files of templates without a bare text
TEMPLATES = (
    "400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503.html", "base.html", "account/",
    "allauth/", "components/", "layouts/", "mfa/", "notes/_bell.html", "notes/_bell_list.html", "notes/_notices.html",
    "notes/notice_list.html", "tiles/", "crm/profile/", "crm/home.html", "crm/_first_steps.html",
    "crm/_home_empty.html", "crm/_home_health.html", "crm/_home_jobs.html", "crm/search/", "agenda/_task.html",
    "analytics/_churn.html", "analytics/_cluster.html", "analytics/_clv_panel.html", "analytics/_score_history.html",
    "analytics/_segment_pill.html", "analytics/_worth.html", "analytics/costs/_panel.html",
    "analytics/portfolio/_standing.html", "analytics/significance/_panel.html", "analytics/significance/_pills.html",
    "campaigns/_contact_campaigns.html", "campaigns/_contact_plays.html", "contacts/_composer.html",
    "contacts/_entries.html", "contacts/_fact_form.html", "contacts/_facts.html", "contacts/_history.html",
    "contacts/_home_history.html", "contacts/_next_steps.html", "contacts/_people.html", "contacts/_signal_days.html",
    "contacts/_timeline.html", "contacts/composer_page.html", "contacts/contact_detail.html",
    "contacts/contact_form.html", "contacts/likely/_likely.html", "contacts/permission/_ledger.html",
    "contacts/permission/_standings.html", "contacts/permission/_today.html", "contacts/privacy/_panel.html",
    "crm/_changes.html", "crm/incoming/_record_mails.html", "feedback/_answers.html", "leads/_contact_leads.html",
    "notes/_files.html", "notes/_newest_files.html", "orders/_last_order.html", "orders/_new_order.html",
    "orders/_orders.html",
    "orders/_subscriptions.html", "orders/invoices/_balance.html", "orders/invoices/_tab.html",
    "orders/loyalty/_tab.html", "orders/registrations/_tab.html", "pipeline/_deals.html", "pipeline/_new_deal.html",
    "pipeline/quotes/_new.html", "pipeline/quotes/_tab.html", "quality/_tab.html", "service/_new_ticket.html",
    "service/_tickets.html", "service/defectors/_leaving.html", "contacts/composer/", "contacts/relations/",
    "feedback/ideas/portal.html", "feedback/public/refusal.html", "feedback/public/reviews.html",
    "feedback/public/void.html", "leads/capture/public_base.html", "leads/capture/public_confirm.html",
    "leads/capture/public_form.html", "leads/capture/public_thanks.html", "leads/nurturing/public.html",
    "pipeline/quotes/_public_answer.html", "pipeline/quotes/_public_head.html", "pipeline/quotes/_public_state.html",
    "pipeline/quotes/public.html", "pipeline/quotes/public_void.html", "campaigns/public/", "service/portal/",
    "service/channels/", "agenda/_agenda.html", "agenda/_event.html", "agenda/_home_tasks.html", "agenda/_month.html",
    "agenda/_week.html", "agenda/calendar.html", "agenda/feeds.html", "agenda/task_detail.html",
    "agenda/task_form.html", "agenda/task_list.html", "analytics/_home_drifting.html",
    "analytics/_home_segments.html", "analytics/_lead_chance.html", "analytics/alerts/_home.html",
    "analytics/duplicates/_hint.html", "campaigns/_home_running.html", "contacts/permission/_home_growth.html",
    "contacts/responsibility/_home_reviews.html", "dashboards/_tabs.html", "dashboards/_tile.html",
    "dashboards/dashboard.html", "dashboards/dashboard_form.html", "dashboards/mail_form.html",
    "dashboards/mail_leave.html", "dashboards/mail_list.html", "dashboards/shared_list.html", "feedback/_score.html",
    "leads/_entries.html", "leads/_fact_form.html", "leads/_home_leads.html", "leads/_primary.html",
    "leads/_standing.html", "leads/_touch_form.html", "leads/convert.html", "leads/lead_detail.html",
    "leads/lead_form.html", "leads/mail_page.html", "leads/nurturing/_panel.html", "leads/touch_page.html",
    "orders/_facts.html", "orders/_home_orders.html", "orders/_home_sales.html", "orders/_line_form.html",
    "orders/_lines.html", "orders/_list_outcome.html", "orders/_more_to_write.html",
    "orders/contracts/_home_renewals.html", "orders/contracts/subscription_detail.html",
    "orders/invoices/_of_order.html", "orders/invoices/invoice_detail.html", "orders/options/_option_form.html",
    "orders/options/form.html", "orders/order_detail.html", "orders/order_form.html", "orders/prices/_panel.html",
    "orders/product_detail.html", "orders/registrations/registration_detail.html", "pipeline/_cards.html",
    "pipeline/_checklist.html", "pipeline/_column.html", "pipeline/_fact_form.html", "pipeline/_home_deals.html",
    "pipeline/_home_team.html", "pipeline/_part_remove.html", "pipeline/_parts.html", "pipeline/board.html",
    "pipeline/_ready.html", "pipeline/board_empty.html", "pipeline/deal_detail.html", "pipeline/move_form.html",
    "pipeline/quotes/_actions.html", "pipeline/quotes/_banner.html", "pipeline/quotes/_facts.html",
    "pipeline/quotes/_home_approvals.html", "pipeline/quotes/_line_form.html", "pipeline/quotes/_lines.html",
    "pipeline/quotes/_next.html", "pipeline/quotes/_steps.html", "pipeline/quotes/quote_detail.html",
    "pipeline/quotes/quote_form.html", "pipeline/quotes/send_form.html", "service/_composer.html",
    "service/_conversation.html", "service/_fact_form.html", "service/_facts.html", "service/_home_tickets.html",
    "service/_message.html", "service/_ticket_line.html", "service/knowledge/_fitting.html",
    "service/knowledge/_home.html", "service/knowledge/_propose.html", "service/knowledge/_use.html",
    "service/macros/_preview.html", "service/macros/offer.html", "service/merge_form.html",
    "service/remedies/_given.html", "service/remedies/_home_approvals.html", "service/remedies/_limits.html",
    "service/remedies/_panel.html", "service/remedies/compensation_form.html", "service/say_form.html",
    "service/ticket_detail.html", "service/ticket_list.html", "service/ties/_panel.html",
    "service/ties/_presence.html", "service/ties/form.html", "analytics/alerts/_line.html",
    "analytics/alerts/_buttons.html", "analytics/alerts/_answered.html", "analytics/alerts/_tab.html",
    "campaigns/segments/_home_moved.html", "analytics/segment_list.html", "campaigns/campaign_list.html",
    "campaigns/segments/detail.html", "campaigns/segments/form.html", "campaigns/segments/mail.html",
    "crm/_job_progress.html", "crm/_job_result.html", "crm/_job_sentence.html", "crm/job.html", "crm/job_list.html",
    "crm/share.html", "crm/view_form.html", "crm/view_list.html", "leads/calling/_line.html",
    "leads/calling/list.html", "leads/calling/work.html", "leads/checklist.html", "leads/score_rules.html",
    "pipeline/months.html", "pipeline/targets.html",
)  # fmt: skip
COMPLETE = ("de", "fr", "es")
"""Languages in which every text of the catalogues is said; others say those of the frame."""
FRAME = (
    "base.html", "account/", "components/", "layouts/", "mfa/", "40", "50", "crm/", "notes/", "tiles/",
    "navigation", "commands", "keys",
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
    "orders.productregistration", "orders.pointsentry", "orders.product", "campaigns.campaign", "feedback.suggestion",
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
)  # fmt: skip
"""Enumerations that no field has, whose words are translated where they are shown."""
FORMS_OF: tuple[str, ...] = (
    "contacts.forms", "contacts.composing.forms", "crm.agenda.forms", "service.portal.forms",
    "service.channels.forms", "feedback.ideas.forms", "pipeline.quotes.forms", "pipeline.forms", "leads.forms",
    "campaigns.segments.forms", "service.forms", "orders.forms",
)  # fmt: skip
"""Modules of forms whose labels, helps and choices are translated."""
SHOWN_ON: tuple[str, ...] = (
    "contacts.contact", "leads.lead", "pipeline.deal", "pipeline.quote", "service.ticket", "orders.order",
    "orders.product", "orders.invoice", "orders.subscription",
)  # fmt: skip
"""Records whose tabs and panels are translated."""
