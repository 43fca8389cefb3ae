"""Payments go when their invoice does: the database takes them away, as the application may not."""

from django.db import migrations

CASCADE = """
DO $$
DECLARE found text;
BEGIN
  SELECT conname INTO found FROM pg_constraint
  WHERE conrelid = 'orders_payment'::regclass AND confrelid = 'orders_invoice'::regclass AND contype = 'f';
  EXECUTE format('ALTER TABLE orders_payment DROP CONSTRAINT %I', found);
  EXECUTE format('ALTER TABLE orders_payment ADD CONSTRAINT %I FOREIGN KEY (invoice_id)
    REFERENCES orders_invoice (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED', found);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0008_links_of_invoices_and_options")]
    operations = [migrations.RunSQL(CASCADE, migrations.RunSQL.noop)]
