"""All data of one person: as a file, and gone. One list of tables (`contacts.privacy.tables`) says where they are."""
