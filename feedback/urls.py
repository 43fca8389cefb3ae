"""Addresses of surveys and answers, included at the root."""

from django.urls import URLPattern

app_name = "feedback"
urlpatterns: list[URLPattern] = []
