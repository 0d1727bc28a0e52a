"""Settings, read from the environment; docs/settings.md has a table of the variables. None is required for local use.

A missing, invalid or unsafe value stops the start with an error that names it and its id (config/check_ids.py).
"""

import os
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir

from corsheaders.defaults import default_headers

from todoproject.api.openapi_settings import SPECTACULAR_SETTINGS  # noqa: F401
from todoproject.config import environment as env
from todoproject.config import rules
from todoproject.config.databases import create_writable_copy, is_sqlite_in_folder, parse_database_url
from todoproject.config.logging import build_logging_config
from todoproject.config.mail import DUMMY_BACKEND, build_default_sender, parse_email_url, require_sender
from todoproject.config.secret_key import load_or_create_key, require_strong_key
from todoproject.serving.page_headers import PAGE_DIRECTIVES

# Environment
BASE_DIR = Path(__file__).resolve().parent.parent
ON_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME" in os.environ
PRODUCTION = ON_LAMBDA or env.read_boolean("PRODUCTION")
DEBUG = env.read_boolean("DEBUG")
ALLOWED_HOSTS = env.read_string_list("ALLOWED_HOSTS", default="" if PRODUCTION else "localhost,127.0.0.1,[::1]")
SECRET_KEY = env.read_string("SECRET_KEY") or ("" if PRODUCTION else load_or_create_key(BASE_DIR / ".secret_key"))
LOGGING = build_logging_config(as_json=ON_LAMBDA)
require_strong_key(SECRET_KEY, production=PRODUCTION)
rules.require_debug_off(DEBUG, production=PRODUCTION)
rules.require_allowed_hosts(ALLOWED_HOSTS, production=PRODUCTION)

# Applications and middleware
INSTALLED_APPS = [
    "todoproject",  # Ours come first: their commands and templates override others of the same name.
    "accounts",
    "todos",
    "web",
    "accounts.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "todoproject.serving.request_log.RequestLogMiddleware",
    "todoproject.serving.middleware.NotModifiedMiddleware",
    "todoproject.serving.compression.CompressionMiddleware",
    "todoproject.serving.page_headers.PageHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "todoproject.serving.middleware.NoCookiesForTokensMiddleware",
    "todoproject.serving.middleware.ErrorShapeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "todoproject.serving.request_limits.RequestLimitsMiddleware",
    "todoproject.serving.middleware.OptionalTrailingSlashMiddleware",
    "todoproject.serving.browser_middleware.BrowserSessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "todoproject.serving.browser_middleware.BrowserAuthenticationMiddleware",
    "todoproject.serving.browser_middleware.BrowserMessageMiddleware",
]
ROOT_URLCONF = "todoproject.urls"
WSGI_APPLICATION = "todoproject.wsgi.application"
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]  # fmt: skip
APPEND_SLASH = False  # OptionalTrailingSlashMiddleware accepts both forms: a redirect would lose a POST's body.

# Data (UTC, English only)
DATABASE_URL = env.read_string("DATABASE_URL")
DATABASE_FILE = BASE_DIR / "db.sqlite3"
if ON_LAMBDA and not DATABASE_URL:  # A package is read-only: its empty database is copied to a writable folder.
    DATABASE_FILE = create_writable_copy(DATABASE_FILE, Path(gettempdir()))
DATABASES = {"default": parse_database_url(DATABASE_URL, default=DATABASE_FILE)}
DURABLE = not (ON_LAMBDA and is_sqlite_in_folder(DATABASES["default"], Path(gettempdir())))
DATABASE_REQUIRED = env.read_boolean("DATABASE_REQUIRED")
rules.require_durable_database(DURABLE, required=DATABASE_REQUIRED)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_I18N = False
TOMBSTONE_DAYS = env.read_integer("TOMBSTONE_DAYS", default=30)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # 2.5 MB, for every body; Django's default, which Django only applies to forms.

# Static files
STATIC_URL = "/static/"  # OptionalManifestStorage adds the stage prefix of the request, such as /dev.
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {"staticfiles": {"BACKEND": "todoproject.serving.static_files.OptionalManifestStorage"}}
WHITENOISE_USE_FINDERS = not ON_LAMBDA
WHITENOISE_AUTOREFRESH = ON_LAMBDA  # Look files up when requested: listing them takes a seventh of a cold start.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Accounts
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = ["accounts.passwords.Argon2idHasher"]
PASSWORD_RESET_TIMEOUT = 3_600  # seconds
AUTHENTICATION_BACKENDS = ["accounts.backends.ThrottledBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "app"
SIMPLE_JWT = {
    "AUTH_HEADER_TYPES": ("JWT", "Bearer"),
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.read_integer("ACCESS_TOKEN_MINUTES", default=15)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.read_integer("REFRESH_TOKEN_DAYS", default=14)),
    "LEEWAY": env.read_integer("TOKEN_LEEWAY_SECONDS", default=10),
    "SIGNING_KEY": SECRET_KEY,
}
SESSION_COOKIE_AGE = 86_400 * env.read_integer("SESSION_DAYS", default=14)
SESSION_ENGINE = "accounts.sessions"

THROTTLES = {
    "login": env.read_rate("THROTTLE_LOGIN", default="20/min"),
    "signup": env.read_rate("THROTTLE_SIGNUP", default="20/hour"),
    "refresh": env.read_rate("THROTTLE_REFRESH", default="60/min"),
    "reset": env.read_rate("THROTTLE_RESET", default="10/hour"),
    "account": env.read_rate("THROTTLE_ACCOUNT", default="10/5min"),
    "email": env.read_rate("THROTTLE_EMAIL", default="100/hour"),
    "reset_email": env.read_rate("THROTTLE_RESET_EMAIL", default="3/hour"),
}
THROTTLES["password"] = THROTTLES["account"]

# Mail
LOCAL_URL = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
PUBLIC_URL = env.read_base_url("PUBLIC_URL", default="" if PRODUCTION else LOCAL_URL)
rules.require_https(PUBLIC_URL, production=PRODUCTION)
MAIL = parse_email_url(env.read_string("EMAIL_URL"), production=PRODUCTION)
EMAIL_BACKEND = MAIL.backend
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.use_tls, MAIL.use_ssl
EMAIL_TIMEOUT = 10  # seconds
SENDS_MAIL = EMAIL_BACKEND != DUMMY_BACKEND
rules.require_public_url(PUBLIC_URL, sends_mail=SENDS_MAIL)
DEFAULT_FROM_EMAIL = env.read_string("DEFAULT_FROM_EMAIL") or build_default_sender(PUBLIC_URL)
require_sender(DEFAULT_FROM_EMAIL)

# Security
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True  # Like the session cookie: pages have the token in their forms.
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0  # A year; only sent over https.
TRUSTED_PROXIES = env.read_integer("TRUSTED_PROXIES", default=0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ON_LAMBDA or TRUSTED_PROXIES else None
CORS_ALLOWED_ORIGINS = env.read_origins("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_HEADERS = (*default_headers, "if-match", "if-none-match", "idempotency-key")
CORS_EXPOSE_HEADERS = ("ETag", "Link", "Location", "X-Revision", "Idempotent-Replayed", "Retry-After")
CSRF_FAILURE_VIEW = "web.form_pages.show_expired_form"
CONTENT_SECURITY_POLICY = {"DIRECTIVES": PAGE_DIRECTIVES}
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains is the domain owner's decision, not an application's.
    "security.W008",  # Redirects to https are the proxy's or API Gateway's; behind them they would loop.
    "security.W021",  # The same goes for the browsers' preload list.
]

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.JWTAuthentication", "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": [
        "todoproject.api.renderers.JSONRenderer", "todoproject.api.renderers.BrowsableAPIRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "todoproject.api.parsers.StrictJSONParser",
        "todoproject.api.parsers.StrictFormParser",
        "todoproject.api.parsers.StrictMultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "todoproject.api.negotiation.StrictNegotiation",
    "EXCEPTION_HANDLER": "todoproject.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}  # fmt: skip
