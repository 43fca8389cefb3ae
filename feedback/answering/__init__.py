"""The public side of surveys: links, the form of the questions, the pages."""
