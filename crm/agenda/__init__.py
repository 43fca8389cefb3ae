"""What people have to do: tasks with a day, a time, a reminder and a repetition; the calendar; its feed for others."""
