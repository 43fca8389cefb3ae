"""Tables out of the house: CSV, streamed in constant memory, safe to open in a spreadsheet."""
