"""Addresses of dashboards."""

from django.urls import path

from crm.dashboards import mail_views, own_views, sharing, views

app_name = "dashboards"
urlpatterns = [
    path("", views.FirstDashboardView.as_view(), name="dashboard"),
    path("house/", views.DashboardView.as_view(), name="house"),
    path("<int:pk>/", views.DashboardView.as_view(), name="own"),
    path("shared/", sharing.SharedListView.as_view(), name="shared_list"),
    path("new/", own_views.DashboardCreateView.as_view(), name="create"),
    path("<int:pk>/edit/", own_views.DashboardUpdateView.as_view(), name="update"),
    path("<int:pk>/delete/", own_views.DashboardDeleteView.as_view(), name="delete"),
    path("first/", own_views.OpenFirstView.as_view(), name="first"),
    path("tile/", views.TilePartView.as_view(), name="tile"),
    path("tile/file/", views.TileFileView.as_view(), name="tile_file"),
    path("pdf/", views.PdfView.as_view(), name="pdf"),
    path("send/", views.SendView.as_view(), name="send"),
    path("mails/", mail_views.MailListView.as_view(), name="mail_list"),
    path("mails/new/", mail_views.MailCreateView.as_view(), name="mail_create"),
    path("mails/<int:pk>/", mail_views.MailUpdateView.as_view(), name="mail_update"),
    path("mails/<int:pk>/end/", mail_views.MailEndView.as_view(), name="mail_end"),
    path("mails/<int:pk>/leave/", mail_views.MailLeaveView.as_view(), name="mail_leave"),
]
