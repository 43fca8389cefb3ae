"""The kind of rows that brings colleagues in."""

from crm.accounts.importing.people import USERS

__all__ = ["USERS"]
