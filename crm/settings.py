"""Django settings; every value that differs between machines comes from the environment (docs of each: contracts)."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from crm import house
from crm.embedded.places import OWNER_ROLE, Places
from crm.environment import failpoints, is_local, local_secret_key, refuse_unsafe, sentry_address
from crm.mail.servers import read_server

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- this machine -----------------------------------------------------------------------------------------------------
CRM_VAR = Path(env.str("CRM_VAR", default=str(BASE_DIR / "var"))).resolve()
CRM_VAR.mkdir(parents=True, exist_ok=True)
PLACES = Places(CRM_VAR)
# which process this is: web, worker, quick, batch, beat, or command (anything typed by hand); `manage.py serve` and
# the compose file set it
CRM_PROCESS = env.str("CRM_PROCESS", default="command")
CRM_GIVES_WAY = env.bool("CRM_GIVES_WAY", default=False)  # a worker of long jobs: see crm.giving_way
CRM_BASE_URL = env.str("CRM_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
# empty: the embedded servers, started on demand
CRM_DATABASE_URL = env.str("DATABASE_URL", default="")
CRM_REDIS_URL = env.str("REDIS_URL", default="")
refuse_unsafe(CRM_BASE_URL, env)
CRM_FAILPOINTS = failpoints(env)

DEBUG = env.bool("CRM_DEBUG", default=False)
SECRET_KEY = env.str("CRM_SECRET_KEY", default="") or local_secret_key(CRM_VAR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("CRM_OLD_SECRET_KEYS", default=[])  # still read, until `rotate_secrets` has run
ALLOWED_HOSTS = env.list("CRM_ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])

# --- what the site is made of -----------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "crm",
    *house.APPS,
    "crm.administration.apps.AdministrationConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "ninja",
]
MIDDLEWARE = [
    "crm.observing.Observed",  # first: counts and numbers refusals too
    "crm.rest.problems.ProblemPages",
    "csp.middleware.CSPMiddleware",  # early: on static files and refusals too
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "crm.middleware.WhoActs",
    "crm.accounts.middleware.SessionPlace",
    "crm.middleware.CompanyZone",
    "crm.languages.speaking.Spoken",
    "crm.middleware.PrivatePages",
    "crm.middleware.StorableAddresses",
    "crm.accounts.middleware.SecondFactorFirst",
    "crm.middleware.FirstVisitMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "crm.languages.templates.SpokenTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,  # the cached loader is Django's default when DEBUG is off
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.navigation.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "crm.templatetags.figures",
                "crm.templatetags.histories",
                "crm.templatetags.kept",
                "crm.templatetags.pieces",
                "crm.templatetags.records",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# what the apps bring, by name (crm/house.py)
CRM_APPS = house.APPS
CRM_CATALOGUES = house.CATALOGUES
CRM_JOBS = house.JOBS
CRM_ANALYSIS_STEPS = house.ANALYSIS_STEPS
CRM_COST_DRIVERS = house.COST_DRIVERS
CRM_DEMO_LOADERS = house.DEMO_LOADERS
CRM_CONVERSION_STEP = house.CONVERSION_STEP
CRM_MAIL_TAKERS = house.MAIL_TAKERS
CRM_QUIET_HOURS = house.QUIET_HOURS
CRM_KEPT_SUMS = house.KEPT_SUMS
CRM_CONTACT_KEYS = house.CONTACT_KEYS
CRM_TAKING_BACK = house.TAKING_BACK
CRM_WAREHOUSE = house.WAREHOUSE
CRM_KEPT_APART = house.KEPT_APART
CRM_MAILS_NOT_HELD = house.MAILS_NOT_HELD
CRM_PERSONAL_DATA = house.PERSONAL_DATA
# the account of the provider of text messages, for the adapter that comes with the product
CRM_SMS_URL = env.str("CRM_SMS_URL", default="https://api.twilio.com/2010-04-01")
CRM_SMS_ACCOUNT = env.str("CRM_SMS_ACCOUNT", default="")
CRM_SMS_TOKEN = env.str("CRM_SMS_TOKEN", default="")
CRM_SMS_FROM = env.str("CRM_SMS_FROM", default="")
CRM_ADAPTERS = env.dict("CRM_ADAPTERS", default={})  # who takes messages, by channel: campaigns/ways/adapters.py
# how long a run of the analysis waits for another one before it gives up
CRM_ANALYSIS_WAIT_SECONDS = 3600
# how long what has served its purpose is kept: files that were imported or refused, results of jobs, texts of mails
CRM_KEEP_EXPORTS_DAYS = env.int("CRM_KEEP_EXPORTS_DAYS", default=7)
CRM_EXPORT_AT_ONCE = env.int("CRM_EXPORT_AT_ONCE", default=100_000)
CRM_REPORT_MILLISECONDS = env.int("CRM_REPORT_MILLISECONDS", default=8_000)
CRM_KEEP_FILES_DAYS = env.int("CRM_KEEP_FILES_DAYS", default=90)
CRM_KEEP_MAILS_DAYS = env.int("CRM_KEEP_MAILS_DAYS", default=365)

# --- database ---------------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url_config(CRM_DATABASE_URL or PLACES.database_url())}
DATABASES["default"]["ENGINE"] = "crm.database"  # PostgreSQL, told who acts
# who owns the tables: `migrate` works as this role, everything else as the one above
_owner_url = env.str("CRM_OWNER_DATABASE_URL", default="")
if not _owner_url and not CRM_DATABASE_URL:
    _owner_url = PLACES.database_url(role=OWNER_ROLE)
CRM_OWNER_DATABASE: dict[str, Any] | None = env.db_url_config(_owner_url) if _owner_url else None
CRM_APP_ROLE: str = DATABASES["default"]["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["prepare_threshold"] = 5  # kept statements ask for it (crm/database/kept.py), no other can be prepared
# conditions on figures of related rows below an OR or a NOT are hashed, up to a million records (32 MB); what is not is
# compared one by one
_options["options"] = "-c hash_mem_multiplier=8"
if CRM_PROCESS == "web":
    # threads share a pool; no page may hang on the database. A record and all that it names are nine tables, and to try
    # every order of joining them takes longer than to read it: the joins stay in the order in which they are written
    _options["pool"] = {"min_size": 1, "max_size": 8, "timeout": 5}
    _options["options"] += (
        " -c statement_timeout=15000 -c lock_timeout=5000 -c join_collapse_limit=4"
        " -c plan_cache_mode=force_generic_plan"
    )
    # a search that stops at its first thousand hits finds the same ones for the next page
    _options["options"] += " -c synchronize_seqscans=off"
else:
    # Celery closes a pool around every task; a kept connection makes a task twice as fast
    DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a restart of PostgreSQL costs nobody an error page

# In the database, not in Valkey: sign-in counts its failures here and must work while the broker is away, and the count
# must be one for all web processes. The table is made by `migrate`.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "crm_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# --- people and sessions ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["crm.accounts.backend.SignIn"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
ACCOUNT_ADAPTER = "crm.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited by an administrator
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # the site writes to nobody it does not know
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_FORMS = {"reset_password": "crm.accounts.forms.ResetPasswordForm"}
# allauth's other limits stay as they are: five failures in five minutes for a name (crm/accounts/devices.py says whose
# count that is), ten a minute for an address of the network
ACCOUNT_RATE_LIMITS: Any = {"reset_password": "10/m/ip,3/10m/key"}
# how many proxies of ours stand before the site: 0 believes no X-Forwarded-For
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("CRM_TRUSTED_PROXIES", default=0)
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=24).total_seconds())

_secure = CRM_BASE_URL.startswith("https://")
MFA_ADAPTER = "crm.accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are those that an administrator typed
MFA_TOTP_PERIOD = 30
MFA_TOTP_TOLERANCE = 1  # clocks of phones are off by some seconds; crm.accounts.forms refuses a code twice
MFA_FORMS = {
    "authenticate": "crm.accounts.forms.CodeForm",
    "reauthenticate": "crm.accounts.forms.CodeAgainForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _secure
CRM_SECOND_FACTOR_ROLES = [] if is_local(CRM_BASE_URL) else ["admin"]  # at first; Administration → Company changes it
CRM_STEP_UP = timedelta(minutes=30)  # people and rights are changed by who has shown who they are within this time

SESSION_ENGINE = "crm.accounts.sessions"
CRM_SESSION_IDLE = timedelta(hours=12)
# browsers share cookies between the ports of 127.0.0.1: two instances there must not sign each other out
_mark = f"_{hashlib.sha256(str(CRM_VAR).encode()).hexdigest()[:6]}" if is_local(CRM_BASE_URL) else ""
SESSION_COOKIE_NAME = f"crm_session{_mark}"
CRM_DEVICE_COOKIE = f"crm_device{_mark}"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_NAME = f"crm_csrf{_mark}"
CSRF_COOKIE_SECURE = _secure
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [CRM_BASE_URL] if _secure else []
SECURE_SSL_REDIRECT = _secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if _secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _secure else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # Bootstrap's icons in its style sheet, and QR codes
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

# --- language, time ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"  # of the code, and so of everything that is stored
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "crm.languages.formats"
FORM_RENDERER = "crm.languages.forms.SpokenForms"
TIME_ZONE = "UTC"  # stored; the company's zone is Company.time_zone
USE_I18N = True
USE_TZ = True

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = CRM_VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "crm.staticfiles.VendorFinder",
]
# served as /static/vendor/NAME, from node_modules/PATH
VENDOR_FILES = {
    "bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "bootstrap.rtl.min.css": "bootstrap/dist/css/bootstrap.rtl.min.css",
    "bootstrap.bundle.min.js": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts.min.js": "echarts/dist/echarts.min.js",
    "tom-select.complete.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "tom-select.bootstrap5.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
} | {
    f"inter-{letters}-wght-normal.woff2": f"@fontsource-variable/inter/files/inter-{letters}-wght-normal.woff2"
    for letters in ("latin", "latin-ext", "greek", "greek-ext", "cyrillic", "cyrillic-ext", "vietnamese")
}
NODE_MODULES = BASE_DIR / "node_modules"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
_static_storage = (
    "django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "crm.staticfiles.HashedStaticFilesStorage"
)
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": CRM_VAR / "uploads", "file_permissions_mode": 0o600},
    },
    "staticfiles": {"BACKEND": _static_storage},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
CRM_API_CALLS_A_MINUTE = 600  # of one token
CRM_API_FAILURES_A_MINUTE = 10  # wrong tokens from one address
FILE_UPLOAD_HANDLERS = [
    "crm.foreign.uploads.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- mail -------------------------------------------------------------------------------------------------------------
# Django's own mails become rows too; the sender of the rows delivers to the servers below
EMAIL_BACKEND = "crm.mail.backend.LedgerBackend"
CRM_MAIL_SERVERS = {"default": read_server(env.str("EMAIL_URL", default=f"filemail://{quote(str(CRM_VAR / 'mail'))}"))}
# a channel of its own for each EMAIL_URL_NAME, such as EMAIL_URL_BULK
CRM_MAIL_SERVERS |= {
    name.removeprefix("EMAIL_URL_").lower(): read_server(address, name)
    for name, address in os.environ.items()
    if name.startswith("EMAIL_URL_")
}
CRM_MAIL_TIMEOUT = 10  # seconds for each answer of a mail server
CRM_MAIL_LAST_TIMEOUT = 60  # for its answer to a whole mail: giving up leaves it uncertain
CRM_MAIL_LARGEST = 64 << 20  # bytes of a mail that is taken in
CRM_MAIL_HOSTS: list[str] = env.list("CRM_MAIL_HOSTS", default=[])  # of our own network, which mailboxes may lie on
DEFAULT_FROM_EMAIL = env.str("CRM_FROM_EMAIL", default=f"crm@{urlsplit(CRM_BASE_URL).hostname}")

# --- Celery: a doorbell; the work itself is rows in the database ------------------------------------------------------
CELERY_BROKER_URL = CRM_REDIS_URL or PLACES.broker_url()
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, float] = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_timeout": 3,
    "socket_connect_timeout": 1,
    "health_check_interval": 25,
}
if CRM_PROCESS not in {"worker", "quick", "batch", "beat"}:
    # somebody waits for the page that rings: a broker that is away is asked once and quickly (crm.bells)
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        "socket_timeout": 0.5,
        "socket_connect_timeout": 0.5,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
        "connect_retries_timeout": 1,
    }
CELERY_VISIBILITY_TIMEOUT = 900
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER, CELERY_ACCEPT_CONTENT = "json", ["json"]
CELERY_TASK_TIME_LIMIT = 840  # below the visibility timeout: a task is never given to a second worker while it runs
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CRM_QUEUES = ("interactive", "mail", "batch")  # what the worker of `manage.py serve` takes, most urgent first
CRM_QUICK_QUEUES = CRM_QUEUES[:2]  # what a second worker is kept free for
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- for those who keep it running ------------------------------------------------------------------------------------
# who may read /metrics from another machine; empty: nobody
CRM_METRICS_TOKEN = env.str("CRM_METRICS_TOKEN", default="")
# where unexpected errors are reported to (crm/faults.py); empty: nowhere
CRM_SENTRY_DSN = sentry_address(env, CRM_BASE_URL)
_log_form = env.str("CRM_LOG_FORMAT", default="line")
if _log_form not in {"line", "json"}:
    raise ImproperlyConfigured("CRM_LOG_FORMAT must be line or json.")
_request_level = "INFO" if env.bool("CRM_LOG_REQUESTS", default=False) else "WARNING"

# --- logs: one line an event on stderr; never a person's name, address or what somebody typed -------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "crm.logs.LineFormatter"},
        "json": {"()": "crm.logs.JsonFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": _log_form}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "crm": {"level": "INFO"},
        "crm.requests": {"level": _request_level},
    },
}
