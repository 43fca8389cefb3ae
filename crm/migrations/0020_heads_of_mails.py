"""Of which mails only the head is kept: their sentence says where they lie."""

from django.db import migrations, models

HEADS = """
UPDATE crm_incomingcontent SET is_whole = false FROM crm_incomingmail mail
WHERE mail.id = mail_id AND mail.reason LIKE '%It lies in the mailbox.'
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0019_discarded_mails"),
    ]

    operations = [
        migrations.AddField(
            model_name="incomingcontent",
            name="is_whole",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.RunSQL(HEADS, migrations.RunSQL.noop),
    ]
