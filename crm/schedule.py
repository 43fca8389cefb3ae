"""Every periodic job, one line each: what runs when is this file.

The order of two beats does no harm: a job that must run once per window claims a unique (job, window) row. After a time
without a beat the window of now is made up for, once; windows that have passed whole are not: last night's analysis
says what the nights before it would have said.
"""

from typing import Any

from celery.schedules import crontab

# name: {"task": its name, "schedule": seconds or crontab(...) in UTC, "options": {"queue": ..., "expires": seconds}}
SCHEDULE: dict[str, dict[str, Any]] = {
    "ring again for jobs left behind": {
        "task": "crm.sweep_jobs",
        "schedule": 20.0,
        "options": {"queue": "interactive", "expires": 20},
    },
    "ring again for mails left behind": {
        "task": "crm.sweep_mails",
        "schedule": 20.0,
        "options": {"queue": "mail", "expires": 20},
    },
    "fetch the mail of each mailbox": {
        "task": "crm.fetch_mail",
        "schedule": 30.0,
        "options": {"queue": "mail", "expires": 30},
    },
    "ring again for mails that came in": {
        "task": "crm.sweep_incoming",
        "schedule": 20.0,
        "options": {"queue": "mail", "expires": 20},
    },
    "answer who asked for a new password and was left behind": {
        "task": "crm.answer_password_requests",
        "schedule": 20.0,
        "options": {"queue": "interactive", "expires": 20},
    },
    "remind people of their tasks": {
        "task": "crm.remind",
        "schedule": 30.0,
        "options": {"queue": "interactive", "expires": 30},
    },
    "mail dashboards that are due": {
        "task": "crm.mail_dashboards",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    "make one row of the rows of each kept sum": {
        "task": "crm.fold_sums",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    "take away sessions that have ended": {
        "task": "crm.clear_sessions",
        "schedule": crontab(minute="40"),
        "options": {"queue": "batch", "expires": 3000},
    },
    # asked every hour; starts once a day, from three in the morning where the company is
    "take away what has served its purpose": {
        "task": "crm.tidy",
        "schedule": crontab(minute="20"),
        "options": {"queue": "batch", "expires": 3000},
    },
    # asked every hour; starts once a day, from three in the morning where the company is, where a rule is on
    "take away what is kept too long": {
        "task": "contacts.keep_time",
        "schedule": crontab(minute="30"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "look after erasures once more": {
        "task": "contacts.look_after_erasures",
        "schedule": 60.0,
        "options": {"queue": "batch", "expires": 60},
    },
    # asked every hour; starts once a day, from one in the morning where the company is
    "credit loyalty points": {
        "task": "orders.keep_loyalty",
        "schedule": crontab(minute="5"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "go on with campaigns": {
        "task": "campaigns.sweep",
        "schedule": 30.0,
        "options": {"queue": "batch", "expires": 30},
    },
    "do what is due in plays": {
        "task": "campaigns.move_plays",
        "schedule": 60.0,
        "options": {"queue": "batch", "expires": 60},
    },
    "let people into plays, and out of them": {
        "task": "campaigns.look_for_events",
        "schedule": 300.0,
        "options": {"queue": "batch", "expires": 300},
    },
    "count what people did with campaigns": {
        "task": "campaigns.count_outcomes",
        "schedule": 300.0,
        "options": {"queue": "batch", "expires": 300},
    },
    "take away pictures that no mail uses": {
        "task": "campaigns.forget_pictures",
        "schedule": crontab(minute="50", hour="2"),
        "options": {"queue": "batch", "expires": 3000},
    },
    # asked every hour; starts once a day, from three in the morning where the company is
    "write down who is in each segment": {
        "task": "campaigns.count_segments",
        "schedule": crontab(minute="12"),
        "options": {"queue": "batch", "expires": 3000},
    },
    # asked every hour; starts once a day, from one in the morning where the company is
    "renew contracts that say so": {
        "task": "orders.renew_contracts",
        "schedule": crontab(minute="4"),
        "options": {"queue": "batch", "expires": 3000},
    },
    # asked every hour; starts once a day, from one in the morning where the company is
    "bring open deals up to date": {
        "task": "pipeline.keep_deals",
        "schedule": crontab(minute="6"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "lead on what comes to contacts that were just merged": {
        "task": "contacts.follow_merged",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    "lead on what came to any merged contact": {
        "task": "contacts.follow_merged",
        "schedule": crontab(minute="35", hour="*/6"),
        "kwargs": {"ever": True},
        "options": {"queue": "batch", "expires": 3000},
    },
    "give leads that were not touched in time to the next one": {
        "task": "leads.reassign",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    "give leads for whom nobody was free to who is free by now": {
        "task": "leads.give_waiting",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    "do what is due in sequences": {
        "task": "leads.nurture",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    "score leads by the rules": {
        "task": "leads.score",
        "schedule": crontab(minute="25", hour="*/6"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "bring back leads that were put off": {
        "task": "leads.recycle",
        "schedule": crontab(minute="15"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "mail the link to the portal to who asked and was left behind": {
        "task": "service.answer_portal_requests",
        "schedule": 20.0,
        "options": {"queue": "interactive", "expires": 20},
    },
    "bring replies into chats that were left behind": {
        "task": "service.deliver_replies",
        "schedule": 20.0,
        "options": {"queue": "interactive", "expires": 20},
    },
    "forget what readers of the help pages searched long ago": {
        "task": "service.forget_readers",
        "schedule": crontab(minute="45", hour="2"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "tell of tickets that are due or late": {
        "task": "service.watch_promises",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    "end what nobody approved in time": {
        "task": "service.expire_compensations",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    # asked every hour; starts once a day, from two in the morning where the company is
    "find customers who ended": {
        "task": "service.find_defectors",
        "schedule": crontab(minute="12"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "read the clocks of unsolved tickets again": {
        "task": "service.refresh_promises",
        "schedule": crontab(minute="35"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "ask about tickets that were solved and orders that came in": {
        "task": "feedback.ask",
        "schedule": 300.0,
        "options": {"queue": "batch", "expires": 300},
    },
    # asked every hour; starts once a day, from three in the morning where the company is
    "count what happens at the touch points of a large house": {
        "task": "feedback.count_map",
        "schedule": crontab(minute="18"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "remind customers who do not answer, and bring their tickets to an end": {
        "task": "service.close_quiet",
        "schedule": crontab(minute="50"),
        "options": {"queue": "batch", "expires": 3000},
    },
    "give tickets away that nobody has": {
        "task": "service.route_tickets",
        "schedule": 60.0,
        "options": {"queue": "interactive", "expires": 60},
    },
    "mark quotes whose last day has passed": {
        "task": "pipeline.expire_quotes",
        "schedule": crontab(minute="2"),
        "options": {"queue": "batch", "expires": 3000},
    },
    # asked every hour; starts once a day, from two in the morning where the company is
    "the nightly analysis": {
        "task": "analytics.nightly",
        "schedule": crontab(minute="10"),
        "options": {"queue": "batch", "expires": 3000},
    },
    # asked every hour; starts once a day, from four in the morning where the company is: after the scores of the night
    "segments of responsibility": {
        "task": "contacts.keep_responsibilities",
        "schedule": crontab(minute="15"),
        "options": {"queue": "batch", "expires": 3000},
    },
}
