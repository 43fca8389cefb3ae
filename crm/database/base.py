"""The connection: before the first statement of a person, a job or a request, PostgreSQL is told who acts.

In the connection, not in a wrapper of statements: rows written by COPY do not pass those.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base, operations
from psycopg.pq import TransactionStatus

from crm.acting import current_acting

TELL_SQL = "SELECT set_config('crm.acting', %s, false)"


class PreparedCursor(psycopg.Cursor[Any]):
    """PostgreSQL keeps the plan of each statement that it is given, as long as the connection lives."""

    def execute(self, query: Any, params: Any = None, **words: Any) -> Any:
        return super().execute(query, params, **{**words, "prepare": True})


class DatabaseOperations(operations.DatabaseOperations):
    """Knows what a prepared cursor has asked: the cursor itself keeps the name of the plan alone."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        if isinstance(cursor, PreparedCursor):
            return str(self.compose_sql(sql, params))
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's connection to PostgreSQL that says who acts."""

    ops_class = DatabaseOperations

    _told: str | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._told = None  # one from a pool still says who acted before
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        words = current_acting().to_text()
        # a failed transaction takes nothing but its rollback, after which we tell again
        if words != self._told and self.connection.info.transaction_status != TransactionStatus.INERROR:
            self.connection.execute(TELL_SQL, [words])
            self._told = words
        return super().create_cursor(name)

    def prepared_cursor(self) -> Any:
        """A cursor as any other, for statements that are asked again and again with other values."""
        self.ensure_connection()
        with self.wrap_database_errors:
            factory = self.connection.cursor_factory
            self.connection.cursor_factory = PreparedCursor
            try:
                cursor = self.create_cursor()
            finally:
                self.connection.cursor_factory = factory
        return self._prepare_cursor(cursor)  # type: ignore[attr-defined]

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._told = None  # what was told inside the transaction is undone with it

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._told = None
