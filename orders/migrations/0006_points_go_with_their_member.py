"""Points go when their member does: the database takes them away, as the application may not."""

import django.db.models.deletion
from django.db import migrations, models

CASCADE = """
DO $$
DECLARE found text;
BEGIN
  SELECT conname INTO found FROM pg_constraint
  WHERE conrelid = 'orders_pointsentry'::regclass AND confrelid = 'orders_loyaltymember'::regclass AND contype = 'f';
  EXECUTE format('ALTER TABLE orders_pointsentry DROP CONSTRAINT %I', found);
  EXECUTE format('ALTER TABLE orders_pointsentry ADD CONSTRAINT %I FOREIGN KEY (member_id)
    REFERENCES orders_loyaltymember (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', found);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_loyalty")]
    operations = [
        migrations.RunSQL(
            CASCADE,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AlterField(
                    model_name="pointsentry",
                    name="member",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="entries",
                        to="orders.loyaltymember",
                    ),
                ),
            ],
        ),
    ]
