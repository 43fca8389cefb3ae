"""The floor pages: what Django alone needs for the same rows. A view, a session, a person, a template; no more."""
