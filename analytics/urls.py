"""The addresses of the analysis."""

from django.urls import path

from analytics import views

app_name = "analytics"
urlpatterns = [
    path("", views.OverviewView.as_view(), name="overview"),
    path("rfm/", views.RfmView.as_view(), name="rfm_detail"),
    path("rfm/run/", views.RfmRunView.as_view(), name="rfm_run"),
    path("rfm/export/", views.RfmExportView.as_view(), name="rfm_export"),
]
