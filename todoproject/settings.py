"""Settings, read from the environment; the README has a table of the variables.

With none set, everything is ready for local use. In production (on Lambda, or with PRODUCTION=1)
a missing or unsafe value stops the start and says which.
"""

import os
import warnings
from datetime import timedelta
from pathlib import Path
from tempfile import gettempdir

from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured

from todoproject import __version__
from todoproject.config.databases import EXAMPLE, database_from, is_in, writable_copy
from todoproject.config.environment import base_url, boolean, names, origins, rate, text, whole_number
from todoproject.config.logging import logging_config
from todoproject.config.mail import NOWHERE, mail_from, sender_from
from todoproject.config.secret_key import checked_key, load_or_create_key

BASE_DIR = Path(__file__).resolve().parent.parent

# Where it runs
ON_LAMBDA = "AWS_LAMBDA_FUNCTION_NAME" in os.environ
PRODUCTION = ON_LAMBDA or boolean("PRODUCTION")
DEBUG = boolean("DEBUG")
ALLOWED_HOSTS = names("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
SECRET_KEY = text("SECRET_KEY")

if PRODUCTION:
    SECRET_KEY = checked_key(SECRET_KEY)
    if DEBUG:
        raise ImproperlyConfigured("DEBUG shows code and settings to strangers; unset it in production.")
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS is empty; set it to the host names served, separated by commas.")
elif not SECRET_KEY:
    SECRET_KEY = load_or_create_key(BASE_DIR / ".secret_key")

# What it is made of
INSTALLED_APPS = [
    "todoproject",  # Ours come first: their commands and templates take the place of others of the same name.
    "accounts",
    "todos",
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
    "todoproject.serving.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "todoproject.serving.middleware.NoCookieForTokens",
    "todoproject.serving.middleware.ErrorShape",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.common.CommonMiddleware",
    "todoproject.serving.middleware.RequestLimits",
    "todoproject.serving.middleware.OptionalTrailingSlash",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "todoproject.urls"
WSGI_APPLICATION = "todoproject.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
APPEND_SLASH = False  # OptionalTrailingSlash answers both forms: a redirect would lose a POST's body.

# Data
DATABASE_URL = text("DATABASE_URL")
DATABASE_FILE = BASE_DIR / "db.sqlite3"
if ON_LAMBDA and not DATABASE_URL:  # A package is read-only; its empty database is copied to where one can write.
    DATABASE_FILE = writable_copy(DATABASE_FILE, Path(gettempdir()))
DATABASES = {"default": database_from(DATABASE_URL, default=DATABASE_FILE)}
DURABLE = not (ON_LAMBDA and is_in(Path(gettempdir()), DATABASES["default"]))
if boolean("DATABASE_REQUIRED") and not DURABLE:
    raise ImproperlyConfigured(f"DATABASE_URL is not set, or in /tmp; set it to a database like {EXAMPLE}.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TOMBSTONE_DAYS = whole_number("TOMBSTONE_DAYS", default=30, at_least=30, at_most=3650)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # 2.5 MB, for every body; Django's own default, for forms only.

# Language and time: one language, and UTC everywhere.
LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

# Static files
STATIC_URL = "/static/"  # The storage adds the prefix that a request came by, such as /dev.
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {"staticfiles": {"BACKEND": "todoproject.serving.static_files.OptionalManifestStorage"}}
WHITENOISE_USE_FINDERS = not ON_LAMBDA
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
warnings.filterwarnings("ignore", "No directory at", UserWarning)  # WhiteNoise's; `collectstatic` need not have run.

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
LOGIN_URL = "rest_framework:login"
LOGIN_REDIRECT_URL = "todo-list"
SIMPLE_JWT = {
    "AUTH_HEADER_TYPES": ("JWT", "Bearer"),
    "AUTH_TOKEN_CLASSES": ("accounts.tokens.AccessToken",),
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=whole_number("ACCESS_TOKEN_MINUTES", default=15, at_least=1)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=whole_number("REFRESH_TOKEN_DAYS", default=14, at_least=1, at_most=3650)),
    "SIGNING_KEY": SECRET_KEY,
}
SESSION_COOKIE_AGE = 86_400 * whole_number("SESSION_DAYS", default=14, at_least=1, at_most=3650)
SESSION_ENGINE = "accounts.sessions"

THROTTLES = {
    "login": rate("THROTTLE_LOGIN", default="20/min"),
    "signup": rate("THROTTLE_SIGNUP", default="20/hour"),
    "refresh": rate("THROTTLE_REFRESH", default="60/min"),
    "reset": rate("THROTTLE_RESET", default="10/hour"),
    "account": rate("THROTTLE_ACCOUNT", default="10/5min"),
    "email": rate("THROTTLE_EMAIL", default="100/hour"),
    "reset_email": rate("THROTTLE_RESET_EMAIL", default="3/hour"),
}
THROTTLES["password"] = THROTTLES["account"]

# Mail
PUBLIC_URL = base_url(
    "PUBLIC_URL",
    default="" if PRODUCTION else f"http://127.0.0.1:{os.environ.get('PORT') or '8000'}",
    secure=PRODUCTION,
)
EMAIL_TIMEOUT = 10  # seconds
MAIL = mail_from(text("EMAIL_URL"), production=PRODUCTION)
globals().update(MAIL)
SENDS_MAIL = MAIL["EMAIL_BACKEND"] != NOWHERE
if SENDS_MAIL and not PUBLIC_URL:
    raise ImproperlyConfigured("EMAIL_URL is set, but not PUBLIC_URL; links in mails begin with it, as https://....")
DEFAULT_FROM_EMAIL = sender_from(text("DEFAULT_FROM_EMAIL"), public_url=PUBLIC_URL)

# Security
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True  # As a session's cookie is: pages have the token in their forms.
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0  # A year; sent over https only.
TRUSTED_PROXIES = whole_number("TRUSTED_PROXIES", default=0, at_most=10)
if ON_LAMBDA or TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CORS_ALLOWED_ORIGINS = origins("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_HEADERS = (*default_headers, "if-match", "if-none-match", "idempotency-key")
CORS_EXPOSE_HEADERS = ("ETag", "Link", "Location", "X-Revision", "Idempotent-Replayed", "Retry-After")
CSRF_FAILURE_VIEW = "todoproject.api.errors.csrf_failure"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # HSTS for subdomains is the domain owner's decision, not an application's.
    "security.W008",  # Redirects to https are the proxy's or API Gateway's; behind them they would loop.
    "security.W021",  # So is the browsers' preload list.
]

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "todoproject.api.renderers.PageRenderer",
    ],
    "DEFAULT_PARSER_CLASSES": [
        "todoproject.api.parsers.StrictJSONParser",
        "todoproject.api.parsers.StrictFormParser",
        "todoproject.api.parsers.StrictMultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "todoproject.api.negotiation.StrictNegotiation",
    "DEFAULT_SCHEMA_CLASS": "todoproject.api.openapi.ErrorAutoSchema",
    "EXCEPTION_HANDLER": "todoproject.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Todo API",
    "VERSION": __version__,
    "DESCRIPTION": "Sign up, log in, and keep todos that nobody else sees.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "todoproject.api.openapi.share_error_responses",
    ],
    "ENUM_NAME_OVERRIDES": {"StatusEnum": "todos.models.Todo.Status"},
}

LOGGING = logging_config(as_json=ON_LAMBDA)
