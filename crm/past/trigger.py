"""The trigger function. It runs with the rights of its owner, once for each statement, on all rows of the statement.

Measured on 300,000 rows: storing only the row that was, and of new rows only their numbers, costs least. Numbers that
follow each other are one row of the history, so a million imported rows are a few.

PostgreSQL keeps the plan of the statements in it for the whole session. A plan made for one row compares every row that
was with every row that is: after a few updates of one row each, an update of 20,000 took minutes. Without nested loops
it is a hash join, whose table grows with the rows.
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

FUNCTION_SQL = """
CREATE OR REPLACE FUNCTION {schema}.crm_keep_past() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_nestloop = off AS $body$
DECLARE
    acting jsonb := nullif(current_setting('crm.acting', true), '')::jsonb;
    actor bigint := (acting ->> 'actor')::bigint;
    job bigint := (acting ->> 'job')::bigint;
    request text := coalesce(left(acting ->> 'request', 32), '');
    door text := coalesce(left(acting ->> 'door', 8), '');
    token bigint := (acting ->> 'token')::bigint;
    parent_column text := nullif(TG_ARGV[0], '');
    left_out text[] := string_to_array(TG_ARGV[1], ',');
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO {schema}.crm_rowchange
            (at, table_name, operation, row_id, last_id, parent_id, was, actor_id, job_id, request_id,
             door, token_id)
        SELECT statement_timestamp(), TG_TABLE_NAME, 'I', min(id), max(id), NULL, NULL, actor, job, request,
               door, token
        FROM (SELECT id, id - row_number() OVER (ORDER BY id) AS run FROM new_rows) AS made
        GROUP BY run;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO {schema}.crm_rowchange
            (at, table_name, operation, row_id, last_id, parent_id, was, actor_id, job_id, request_id,
             door, token_id)
        SELECT statement_timestamp(), TG_TABLE_NAME, 'U', id, id, (was ->> parent_column)::bigint, was, actor, job,
               request, door, token
        FROM (
            SELECT o.id, to_jsonb(o) - left_out AS was, to_jsonb(n) - left_out AS became
            FROM old_rows AS o JOIN new_rows AS n ON n.id = o.id
            WHERE o IS DISTINCT FROM n
            OFFSET 0
        ) AS changed
        WHERE was IS DISTINCT FROM became;
    ELSE
        INSERT INTO {schema}.crm_rowchange
            (at, table_name, operation, row_id, last_id, parent_id, was, actor_id, job_id, request_id,
             door, token_id)
        SELECT statement_timestamp(), TG_TABLE_NAME, 'D', id, id, (was ->> parent_column)::bigint, was, actor, job,
               request, door, token
        FROM (SELECT o.id, to_jsonb(o) - left_out AS was FROM old_rows AS o OFFSET 0) AS gone;
    END IF;
    RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION {schema}.crm_keep_past() FROM PUBLIC;
"""
EVENTS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
}


def make_function(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """For migrations: put the function there as it is now, in place of what was there."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
        cursor.execute(FUNCTION_SQL.format(schema=schema))
