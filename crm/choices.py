"""Enumerations of the ground floor: who people are, how far they see, what they may do, how a job stands."""

from django.db.models import TextChoices


class Role(TextChoices):
    """What a person is here for; it decides the navigation and, with the scopes, the rights."""

    REP = "rep", "Sales rep"
    MARKETER = "marketer", "Marketer"
    AGENT = "agent", "Service agent"
    MANAGER = "manager", "Manager"
    ADMIN = "admin", "Administrator"


class Scope(TextChoices):
    """How far a right reaches: nothing, own records, those of the own team and the teams below it, everything."""

    NONE = "none", "nothing"
    OWN = "own", "own records"
    TEAM = "team", "own team"
    ALL = "all", "everything"


class Theme(TextChoices):
    """The colours of the pages; `auto` follows the device."""

    AUTO = "auto", "as the device"
    LIGHT = "light", "light"
    DARK = "dark", "dark"


class Density(TextChoices):
    """How much room rows have."""

    COMFORTABLE = "comfortable", "roomy"
    DENSE = "dense", "dense"


class Language(TextChoices):
    """Languages of the pages, each by its own name."""

    ENGLISH = "en", "English"
    GERMAN = "de", "Deutsch"
    FRENCH = "fr", "Français"
    SPANISH = "es", "Español"
    ARABIC = "ar", "العربية"


class Verb(TextChoices):
    """What may be done with a record (or, for `import`, `export` and `run`, with a whole kind of records)."""

    VIEW = "view", "view"
    ADD = "add", "add"
    CHANGE = "change", "change"
    DELETE = "delete", "delete or archive"
    IMPORT = "import", "import"
    EXPORT = "export", "export"
    RUN = "run", "run the analysis"


class FieldRight(TextChoices):
    """What is taken away from a role on one field; without a rule the rights on the record count."""

    HIDDEN = "hidden", "hidden"
    READ_ONLY = "read_only", "read only"


class ShareRight(TextChoices):
    """What somebody may do with a record that was shared with them."""

    VIEW = "view", "may look at it"
    CHANGE = "change", "may change it"


class JobState(TextChoices):
    """The life of a job row; `parked` means three attempts failed and a person has to look."""

    WAITING = "waiting", "waiting"
    RUNNING = "running", "running"
    DONE = "done", "done"
    FAILED = "failed", "failed"
    PARKED = "parked", "parked"
    CANCELLED = "cancelled", "cancelled"


class JobQueue(TextChoices):
    """The Celery queue of a job, so that long work never holds up short work."""

    INTERACTIVE = "interactive", "interactive"
    MAIL = "mail", "mail"
    BATCH = "batch", "batch"


class Door(TextChoices):
    """By which way something came in; `FORM` is one that strangers fill in."""

    PAGE = "page", "a page"
    API = "api", "the API"
    FORM = "form", "a form"
    JOB = "job", "a job"
    COMMAND = "command", "a command"


class RowOperation(TextChoices):
    """What happened to a row, as the row history keeps it."""

    INSERT = "I", "made"
    UPDATE = "U", "changed"
    DELETE = "D", "deleted"


FINISHED_JOB_STATES = (
    JobState.DONE,
    JobState.FAILED,
    JobState.PARKED,
    JobState.CANCELLED,
)
MAX_JOB_ATTEMPTS = 3


class FieldType(TextChoices):
    """What a custom field holds."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    MONEY = "money", "Money"
    DATE = "date", "Date"
    CHOICE = "choice", "One of a list"
    MULTI_CHOICE = "multi_choice", "Several of a list"
    FLAG = "yes_no", "Yes or no"
    CONTACT = "contact", "Link to a contact"
    URL = "url", "Web address"
