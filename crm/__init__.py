"""The ground floor: people, access, jobs, log, files, lists, importing."""

from crm.celery import app as celery_app

__all__ = ["celery_app"]
