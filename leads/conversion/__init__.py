"""From a lead to a contact, its organization and what the apps above make of it; taken back within a day."""
