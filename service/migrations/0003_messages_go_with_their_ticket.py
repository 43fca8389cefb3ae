"""Messages and events go when their ticket does, and forget a mail that is gone: the database sees to both, as the
application may do neither."""

from django.db import migrations

RULES = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT conname, conrelid::regclass AS owner, a.attname AS col, confrelid::regclass AS target,
      CASE WHEN confrelid = 'service_ticket'::regclass THEN 'CASCADE' ELSE 'SET NULL' END AS rule
    FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid IN ('service_message'::regclass, 'service_ticketevent'::regclass)
      AND confrelid IN ('service_ticket'::regclass, 'crm_incomingmail'::regclass, 'crm_outgoingmail'::regclass)
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.owner, found.conname);
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id)
      ON DELETE %s DEFERRABLE INITIALLY DEFERRED', found.owner, found.conname, found.col, found.target, found.rule);
  END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("service", "0002_messages_and_indexes")]
    operations = [migrations.RunSQL(RULES, migrations.RunSQL.noop)]
