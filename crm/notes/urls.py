"""Addresses of the bell, of notes and of files at records."""

from django.urls import path

from crm.notes import views

app_name = "notes"
urlpatterns = [
    path("mentions/people/", views.PeopleOptionsView.as_view(), name="people_options"),
    path("notices/", views.NoticeListView.as_view(), name="notice_list"),
    path("notices/read/", views.NoticesReadView.as_view(), name="notices_read"),
    path("notices/<int:pk>/open/", views.NoticeOpenView.as_view(), name="notice_open"),
    path("notes/<int:pk>/delete/", views.NoteDeleteView.as_view(), name="note_delete"),
    path("attachments/<int:pk>/", views.AttachmentDownloadView.as_view(), name="attachment_download"),
    path("attachments/<int:pk>/remove/", views.AttachmentRemoveView.as_view(), name="attachment_remove"),
]
