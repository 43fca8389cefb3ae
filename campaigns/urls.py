"""Addresses of segments and campaigns, included at the root."""

from django.urls import URLPattern

app_name = "campaigns"
urlpatterns: list[URLPattern] = []
