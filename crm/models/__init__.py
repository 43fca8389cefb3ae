"""Models of the ground floor, by noun."""

from crm.models.company import Company, ExchangeRate
from crm.models.files import StoredFile
from crm.models.jobs import JobRun, JobWindow
from crm.models.log import LogEntry
from crm.models.people import AccessRule, Team, User

__all__ = [
    "AccessRule",
    "Company",
    "ExchangeRate",
    "JobRun",
    "JobWindow",
    "LogEntry",
    "StoredFile",
    "Team",
    "User",
]
