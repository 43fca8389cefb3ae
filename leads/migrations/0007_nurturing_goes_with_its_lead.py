"""What was done in sequences goes when its lead does: the database takes it away, as the application may not."""

from django.db import migrations

CASCADE = """
DO $$
DECLARE found record;
BEGIN
  FOR found IN
    SELECT conname, conrelid::regclass AS owner, a.attname AS col, confrelid::regclass AS target
    FROM pg_constraint AS c JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.conrelid IN ('leads_sequencetouch'::regclass, 'leads_optout'::regclass)
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.owner, found.conname);
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I FOREIGN KEY (%I) REFERENCES %s (id)
      ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', found.owner, found.conname, found.col, found.target);
  END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("leads", "0006_nurturing")]
    operations = [migrations.RunSQL(CASCADE, migrations.RunSQL.noop)]
