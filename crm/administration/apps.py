"""Puts our site in the place of Django's own."""

from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    """`django.contrib.admin` with our site."""

    default_site = "crm.administration.site.Administration"
