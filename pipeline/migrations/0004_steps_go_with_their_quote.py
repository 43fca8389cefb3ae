"""Steps go when their quote does: the database takes them away, as the application may not."""

from django.db import migrations

CASCADE = """
DO $$
DECLARE found text;
BEGIN
  SELECT conname INTO found FROM pg_constraint
  WHERE conrelid = 'pipeline_quotestep'::regclass AND confrelid = 'pipeline_quote'::regclass AND contype = 'f';
  EXECUTE format('ALTER TABLE pipeline_quotestep DROP CONSTRAINT %I', found);
  EXECUTE format('ALTER TABLE pipeline_quotestep ADD CONSTRAINT %I FOREIGN KEY (quote_id)
    REFERENCES pipeline_quote (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', found);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0003_quotes")]
    operations = [migrations.RunSQL(CASCADE, migrations.RunSQL.noop)]
