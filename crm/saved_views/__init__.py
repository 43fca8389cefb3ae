"""What a list shows, kept under a name and shown as a tab above it."""
