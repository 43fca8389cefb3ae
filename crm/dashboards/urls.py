"""Addresses of dashboards."""

from django.urls import path

from crm.dashboards import views

app_name = "dashboards"
urlpatterns = [
    path("", views.DashboardView.as_view(), name="dashboard"),
    path("tile/", views.TilePartView.as_view(), name="tile"),
    path("tile/file/", views.TileFileView.as_view(), name="tile_file"),
]
