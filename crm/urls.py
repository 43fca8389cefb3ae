"""Every address of the site, listed by hand."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from crm import api
from crm.views import (
    audit,
    handover,
    health,
    holding,
)
    home,
    imports,
    jobs,
    lists,
    mails,
<<<<<<< HEAD
    people,
    profile,
    rights,
=======
    metrics,
    people,
    profile,
>>>>>>> 82a32bf (Back up and restore everything; watch, number and count what runs; a compose file)
    search,
    setup,
    tokens,
)

floor = [
    path("", home.HomeView.as_view(), name="home"),
    path("setup/", setup.SetupView.as_view(), name="setup"),
    path("rights/", rights.RightsView.as_view(), name="rights"),
    path("rights/reset/", rights.RightsResetView.as_view(), name="rights_reset"),
    path("jobs/", jobs.JobListView.as_view(), name="job_list"),
    path("jobs/<int:pk>/", jobs.JobDetailView.as_view(), name="job_detail"),
    path("jobs/<int:pk>/cancel/", jobs.JobCancelView.as_view(), name="job_cancel"),
    path("jobs/<int:pk>/retry/", jobs.JobRetryView.as_view(), name="job_retry"),
    path("imports/", imports.ImportListView.as_view(), name="import_list"),
    path("imports/new/", imports.ImportNewView.as_view(), name="import_new"),
    path("imports/<int:pk>/", imports.ImportMapView.as_view(), name="import_map"),
    path("imports/<int:pk>/start/", imports.ImportStartView.as_view(), name="import_start"),
    path("mails/", mails.MailListView.as_view(), name="mail_list"),
    path("mails/<int:pk>/", mails.MailDetailView.as_view(), name="mail_detail"),
    path("mails/<int:pk>/retry/", mails.MailRetryView.as_view(), name="mail_retry"),
    path("mails/<int:pk>/release/", mails.MailReleaseView.as_view(), name="mail_release"),
    path("mails/<int:pk>/cancel/", mails.MailCancelView.as_view(), name="mail_cancel"),
    path("mails/<int:pk>/allow-address/", mails.MailAllowView.as_view(), name="mail_allow"),
    path("mails/channels/<int:pk>/pause/", mails.ChannelPauseView.as_view(), name="channel_pause"),
    path("mails/channels/<int:pk>/resume/", mails.ChannelResumeView.as_view(), name="channel_resume"),
    path("people/", people.PersonListView.as_view(), name="person_list"),
    path("people/new/", people.PersonInviteView.as_view(), name="person_invite"),
    path("people/<int:pk>/", people.PersonDetailView.as_view(), name="person_detail"),
    path("people/<int:pk>/invite/", people.PersonInviteAgainView.as_view(), name="person_invite_again"),
    path("people/<int:pk>/handover/", handover.PersonHandoverView.as_view(), name="person_handover"),
    path("people/<int:pk>/deactivate/", handover.PersonDeactivateView.as_view(), name="person_deactivate"),
    path("people/<int:pk>/end-sessions/", people.PersonSessionsEndView.as_view(), name="person_sessions_end"),
    path("people/<int:pk>/remove-factors/", people.PersonFactorsRemoveView.as_view(), name="person_factors_remove"),
    path("profile/", profile.ProfileView.as_view(), name="profile"),
    path("profile/look/", profile.LookKeepView.as_view(), name="look_keep"),
    path("profile/sessions/", profile.SessionListView.as_view(), name="session_list"),
    path("profile/sessions/<int:pk>/end/", profile.SessionEndView.as_view(), name="session_end"),
    path("profile/sessions/end-others/", profile.OtherSessionsEndView.as_view(), name="other_sessions_end"),
    path("audit/", audit.AuditListView.as_view(), name="audit_list"),
    path("audit/<int:pk>/", audit.AuditEntryView.as_view(), name="audit_entry"),
    path("audit/export/", audit.AuditExportView.as_view(), name="audit_export"),
    path("audit/rows/", audit.RowListView.as_view(), name="audit_rows"),
    path("audit/rows/<int:pk>/", audit.RowView.as_view(), name="audit_row"),
    path("search/", search.SearchView.as_view(), name="search"),
    path("search/palette/", search.PaletteView.as_view(), name="palette"),
    path("profile/tokens/", tokens.TokenListView.as_view(), name="token_list"),
    path("profile/tokens/<int:pk>/revoke/", tokens.TokenRevokeView.as_view(), name="token_revoke"),
    path("mails/release/", holding.SendingReleaseView.as_view(), name="sending_release"),
    path("columns/", lists.ColumnsKeepView.as_view(), name="columns_keep"),
    path("files/<int:pk>/", jobs.FileDownloadView.as_view(), name="file_download"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler500 = "crm.views.errors.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((floor, "crm"))),
    path("contacts/", include("contacts.urls")),
    path("", include("orders.urls")),
    path("analytics/", include("analytics.urls")),
    path("api/v1/", api.urls),
    path("accounts/", include("crm.accounts.urls")),
    path("admin/", admin.site.urls),
]
