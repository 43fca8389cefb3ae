"""Steps go when their deal does: the database takes them away, as the application may not."""

from django.db import migrations

CASCADE = """
DO $$
DECLARE found text;
BEGIN
  SELECT conname INTO found FROM pg_constraint
  WHERE conrelid = 'pipeline_stagechange'::regclass AND confrelid = 'pipeline_deal'::regclass AND contype = 'f';
  EXECUTE format('ALTER TABLE pipeline_stagechange DROP CONSTRAINT %I', found);
  EXECUTE format('ALTER TABLE pipeline_stagechange ADD CONSTRAINT %I FOREIGN KEY (deal_id)
    REFERENCES pipeline_deal (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', found);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0001_initial")]
    operations = [migrations.RunSQL(CASCADE, migrations.RunSQL.noop)]
