"""Refusals of erased people are hashed under a key of the database; those that were kept before are hashed once more."""

import secrets

from django.db import migrations, models

KEY_SQL = """
INSERT INTO crm_refusalkey (id, inner_pad, outer_pad) VALUES (1, %s, %s) ON CONFLICT DO NOTHING
"""
# the key is over the hash that stood there: nobody knows the address any more
REHASH_SQL = """
UPDATE crm_suppressedaddress SET address = 'hmac:' || encode(sha256(
    (SELECT outer_pad FROM crm_refusalkey WHERE id = 1)
    || sha256((SELECT inner_pad FROM crm_refusalkey WHERE id = 1) || convert_to(substr(address, 8), 'UTF8'))
), 'hex')
WHERE address ~ '^sha256:[0-9a-f]{64}$'
"""
# what the rows were before would tell the old hashes
FORGET_SQL = (
    "DELETE FROM crm_rowchange WHERE table_name = 'crm_suppressedaddress' AND was ->> 'address' LIKE 'sha256:%'"
)


def key_refusals(apps, schema_editor):
    secret = secrets.token_bytes(64)
    pads = [bytes(one ^ pad for one in secret) for pad in (0x36, 0x5C)]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(KEY_SQL, pads)
        cursor.execute(REHASH_SQL)
        cursor.execute(FORGET_SQL)


class Migration(migrations.Migration):
    dependencies = [("crm", "0012_first_hour")]
    operations = [
        migrations.CreateModel(
            name="RefusalKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("inner_pad", models.BinaryField()),
                ("outer_pad", models.BinaryField()),
            ],
        ),
        migrations.RunPython(key_refusals, migrations.RunPython.noop),
    ]
