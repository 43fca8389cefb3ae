"""A dashboard as a document: its tiles in words, their charts as vectors, and the PDF."""
