"""Addresses of reports."""

from django.urls import path

from crm.reports import saving, views

app_name = "reports"
urlpatterns = [
    path("", views.ReportListView.as_view(), name="report_list"),
    path("build/", views.ReportView.as_view(), name="build"),
    path("file/", views.ReportFileView.as_view(), name="file"),
    path("new/", saving.ReportCreateView.as_view(), name="report_create"),
    path("ready/<slug:name>/", views.ReadyReportView.as_view(), name="ready"),
    path("<int:pk>/", views.SavedReportView.as_view(), name="saved"),
    path("<int:pk>/edit/", saving.ReportUpdateView.as_view(), name="report_update"),
    path("<int:pk>/keep/", saving.ReportKeepView.as_view(), name="report_keep"),
    path("<int:pk>/delete/", saving.ReportDeleteView.as_view(), name="report_delete"),
]
