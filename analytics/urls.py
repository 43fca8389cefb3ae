"""The addresses of the analysis."""

from django.urls import path

from analytics import segment_views, views

app_name = "analytics"
urlpatterns = [
    path("", views.OverviewView.as_view(), name="overview"),
    path("rfm/", views.RfmView.as_view(), name="rfm_detail"),
    path("rfm/run/", views.RfmRunView.as_view(), name="rfm_run"),
    path("rfm/segments/", segment_views.SegmentListView.as_view(), name="segment_list"),
    path("rfm/export/", views.RfmExportView.as_view(), name="rfm_export"),
]
