"""The ground floor: people, access, jobs, log, files, lists, importing."""
