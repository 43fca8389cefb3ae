"""The engine of the REST API: tokens, problems, lists, writes, repeated requests. It knows no app."""
