"""The document of a quote: its words, and the PDF."""
