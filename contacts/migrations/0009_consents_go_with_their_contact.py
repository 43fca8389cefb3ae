"""A consent goes when its contact does: the database takes it away, as the application may not."""

import django.db.models.deletion
from django.db import migrations, models

CASCADE = """
DO $$
DECLARE found text;
BEGIN
  SELECT conname INTO found FROM pg_constraint
  WHERE conrelid = 'contacts_consent'::regclass AND confrelid = 'contacts_contact'::regclass AND contype = 'f';
  EXECUTE format('ALTER TABLE contacts_consent DROP CONSTRAINT %I', found);
  EXECUTE format('ALTER TABLE contacts_consent ADD CONSTRAINT %I FOREIGN KEY (contact_id)
    REFERENCES contacts_contact (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', found);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0008_bulk_interactions")]
    operations = [
        migrations.RunSQL(
            CASCADE,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AlterField(
                    model_name="consent",
                    name="contact",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="consents",
                        to="contacts.contact",
                    ),
                ),
            ],
        ),
    ]
