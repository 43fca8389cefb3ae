"""Leads in the administration: to be looked at; they are changed on their own pages."""

from crm.administration.bases import register_the_rest

register_the_rest("leads")
