"""Models of the ground floor, by noun."""

from crm.models.agenda import CalendarFeed, Task
from crm.models.api import ApiToken, ApiUse, KeptAnswer
from crm.models.company import Company, ExchangeRate
from crm.models.custom_fields import CustomField
from crm.models.dashboards import Dashboard, DashboardDelivery, DashboardSubscription
from crm.models.demo import DemoLoad
from crm.models.exports import ExportedContacts, ExportRun
from crm.models.files import StoredFile
from crm.models.health import Heartbeat
from crm.models.imports import ImportMapping, ImportRun
from crm.models.incoming import IncomingContent, IncomingMail, Mailbox
from crm.models.jobs import JobRun, JobWindow
from crm.models.kept_filters import KeptFilter
from crm.models.layouts import Layout
from crm.models.log import LogEntry
from crm.models.mail import MailAttachment, MailChannel, MailSlot, OutgoingMail, RefusalKey, SuppressedAddress
from crm.models.mail_limits import MailCount, MailLimit
from crm.models.notes import Attachment, MailDraft, Mention, Note, Notice
from crm.models.past import RowChange
from crm.models.people import AccessRule, FieldRule, Team, User
from crm.models.reach import Share, Territory
from crm.models.reports import SavedReport
from crm.models.saved_views import SavedView
from crm.models.sessions import PasswordRequest, Session
from crm.models.submissions import FormSubmission

__all__ = [
    "AccessRule",
    "ApiToken",
    "ApiUse",
    "Attachment",
    "CalendarFeed",
    "Company",
    "CustomField",
    "Dashboard",
    "DashboardDelivery",
    "DashboardSubscription",
    "DemoLoad",
    "ExchangeRate",
    "ExportRun",
    "ExportedContacts",
    "FieldRule",
    "FormSubmission",
    "Heartbeat",
    "ImportMapping",
    "ImportRun",
    "IncomingContent",
    "IncomingMail",
    "JobRun",
    "JobWindow",
    "KeptAnswer",
    "KeptFilter",
    "Layout",
    "LogEntry",
    "MailAttachment",
    "MailChannel",
    "MailCount",
    "MailDraft",
    "MailLimit",
    "MailSlot",
    "Mailbox",
    "Mention",
    "Note",
    "Notice",
    "OutgoingMail",
    "PasswordRequest",
    "RefusalKey",
    "RowChange",
    "SavedReport",
    "SavedView",
    "Session",
    "Share",
    "StoredFile",
    "SuppressedAddress",
    "Task",
    "Team",
    "Territory",
    "User",
]
