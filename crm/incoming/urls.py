"""Addresses of incoming mail, included at the root."""

from django.urls import path

from crm.incoming import hook, views
from crm.incoming import mailbox_views as mailboxes

app_name = "incoming"
urlpatterns = [
    path("mails/incoming/", views.IncomingListView.as_view(), name="mail_list"),
    path("mails/incoming/<int:pk>/", views.IncomingDetailView.as_view(), name="mail_detail"),
    path("mails/incoming/<int:pk>/raw/", views.IncomingRawView.as_view(), name="mail_raw"),
    path("mails/incoming/<int:pk>/file/", views.IncomingFileView.as_view(), name="mail_file"),
    path("mails/incoming/<int:pk>/replay/", views.IncomingReplayView.as_view(), name="mail_replay"),
    path("mails/incoming/<int:pk>/discard/", views.IncomingDiscardView.as_view(), name="mail_discard"),
    path("mails/incoming/replay/", views.QuarantineReplayView.as_view(), name="quarantine_replay"),
    path("mailboxes/", mailboxes.MailboxListView.as_view(), name="mailbox_list"),
    path("mailboxes/new/", mailboxes.MailboxCreateView.as_view(), name="mailbox_create"),
    path("mailboxes/<int:pk>/", mailboxes.MailboxDetailView.as_view(), name="mailbox_detail"),
    path("mailboxes/<int:pk>/edit/", mailboxes.MailboxUpdateView.as_view(), name="mailbox_update"),
    path("mailboxes/<int:pk>/try/", mailboxes.MailboxTryView.as_view(), name="mailbox_try"),
    path("mailboxes/<int:pk>/fetch/", mailboxes.MailboxFetchView.as_view(), name="mailbox_fetch"),
    path("mailboxes/<int:pk>/renew-hook/", mailboxes.MailboxHookView.as_view(), name="mailbox_hook"),
    path("hooks/mail/<str:token>/", hook.MailHookView.as_view(), name="hook"),
]
