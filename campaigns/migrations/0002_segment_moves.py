"""Moves go when their segment or contact does: the database sees to it, as the application may not."""

from django.db import migrations

RULES = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT conname, a.attname AS col, confrelid::regclass AS target
    FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid = 'campaigns_segmentmove'::regclass
  LOOP
    EXECUTE format('ALTER TABLE campaigns_segmentmove DROP CONSTRAINT %I', found.conname);
    EXECUTE format('ALTER TABLE campaigns_segmentmove ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id)
      ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', found.conname, found.col, found.target);
  END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_campaigns")]
    operations = [migrations.RunSQL(RULES, migrations.RunSQL.noop)]
