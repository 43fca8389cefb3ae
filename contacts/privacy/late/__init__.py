"""What comes late: rows that others write of somebody while they are erased, and files of imports and exports."""
