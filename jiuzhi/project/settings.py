"""Settings. Everything a county may change comes from the environment; the defaults run embedded on one machine."""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlparse

BASE_DIR = Path(__file__).resolve().parents[2]
# All that the running system writes (records, lake, inbox, documents, evidence) lives below one folder.
HOME = Path(os.environ.get("JIUZHI_HOME", BASE_DIR / "var"))
PLANS_DIR = Path(os.environ.get("JIUZHI_PLANS", BASE_DIR / "plans"))
LAKE_DIR = HOME / "lake"
INBOX_FILE = HOME / "inbox.sqlite3"
DOCUMENTS_DIR = HOME / "documents"
MEDIA_ROOT = HOME / "evidence"
ASSETS_DIR = Path(os.environ.get("JIUZHI_ASSETS", BASE_DIR / "node_modules"))
HOME.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """A key made once per installation, so that a restart does not end people's sessions."""
    if key := os.environ.get("JIUZHI_SECRET_KEY"):
        return key
    path = HOME / "secret-key"
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(secrets.token_urlsafe(50))
        fresh.chmod(0o600)
        try:
            os.link(
                fresh, path
            )  # atomic: of two processes starting together, one wins and both read the same key
        except FileExistsError:
            pass  # the other process won; its key is read below
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _database() -> dict[str, object]:
    """SQLite by default; `JIUZHI_DATABASE=postgresql://user:password@host:port/name` for a server."""
    url = os.environ.get("JIUZHI_DATABASE", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": HOME / "records.sqlite3",
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
            },
            "CONN_MAX_AGE": None,
        }
    parts = urlparse(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = _secret_key()
# Set by `jiuzhi demo`: the login page then shows the demo accounts.
DEMO = os.environ.get("JIUZHI_DEMO") == "1"
DEBUG = os.environ.get("JIUZHI_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("JIUZHI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("JIUZHI_ORIGINS", "").split(",") if o]

# The plan's chapters in its order; each is a package of declarations below `jiuzhi.domains`.
DOMAINS = {
    "water": "治水", "air": "治气", "soil": "治土", "waste": "治废", "plastic": "治塑", "mountain": "治山", "shore": "治岸",
    "city": "治城", "countryside": "治乡", "culture": "生态文化", "carbon": "绿色低碳", "risk": "风险防控",
    "governance": "治理体系",
}  # fmt: skip

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "jiuzhi.core",
    "jiuzhi.master",
    "jiuzhi.engine.plan",
    "jiuzhi.engine.observe",
    "jiuzhi.engine.indicators",
    "jiuzhi.engine.cases",
    "jiuzhi.engine.rules",
    "jiuzhi.engine.notify",
    "jiuzhi.engine.response",
    "jiuzhi.engine.patrol",
    "jiuzhi.engine.scoring",
    *(f"jiuzhi.domains.{domain}" for domain in DOMAINS),
    "jiuzhi.domains",
    "jiuzhi.interfaces.web",
    "jiuzhi.interfaces.api",
    "jiuzhi.interfaces.sta",
    "jiuzhi.interfaces.portal",
    "jiuzhi.interfaces.field",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "jiuzhi.interfaces.web.middleware.AddressIsText",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "jiuzhi.interfaces.web.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "jiuzhi.project.urls"
WSGI_APPLICATION = "jiuzhi.project.wsgi.application"
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
    }
]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "core.User"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Wrong passwords are counted for all worker processes together.
    "attempts": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME / "attempts",
    },
}
# What goes out of the app. `JIUZHI_SMTP=smtp://user:password@host:587` (with STARTTLS), `smtps://…:465`, or `smtp+plain://host:25` inside.
SITE_URL = os.environ.get("JIUZHI_URL", "").rstrip("/")  # the address people know the workbench by, for links
WEBHOOK_HOSTS = [h.strip() for h in os.environ.get("JIUZHI_WEBHOOK_HOSTS", "").split(",") if h.strip()]
_SMTP = urlparse(os.environ.get("JIUZHI_SMTP", ""))
EMAIL_HOST = _SMTP.hostname or ""
EMAIL_PORT = _SMTP.port or {"smtps": 465, "smtp+plain": 25}.get(_SMTP.scheme, 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_SMTP.username or ""), unquote(_SMTP.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _SMTP.scheme == "smtps", _SMTP.scheme == "smtp"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("JIUZHI_MAIL_FROM", EMAIL_HOST_USER or "jiuzhi@localhost")
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
CSRF_FAILURE_VIEW = "jiuzhi.interfaces.web.views.account.expired"
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Behind a proxy with https, cookies travel over https only.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("JIUZHI_HTTPS") == "1"
X_FRAME_OPTIONS = "SAMEORIGIN"

# A page that breaks says "错误已记入日志": this is that log, on the server's standard error.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django.request": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "jiuzhi" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"  # for display only; storage is UTC

STATIC_URL = "/static/"
STATICFILES_DIRS = [
    (name, path)
    for name, path in (
        ("tabler", ASSETS_DIR / "@tabler" / "core" / "dist"),
        ("echarts", ASSETS_DIR / "echarts" / "dist"),
        ("htmx", ASSETS_DIR / "htmx.org" / "dist"),
        ("maplibre", ASSETS_DIR / "maplibre-gl" / "dist"),
        ("han", ASSETS_DIR / "@expo-google-fonts" / "noto-sans-sc" / "400Regular"),
    )
    if path.is_dir()
]
MEDIA_URL = "/evidence/"

# Maps draw on a plain ground and ask no foreign host. A county with a licensed tile service names it here, as raster tiles
# (…/{z}/{x}/{y}.png) in CGCS2000 (as good as WGS 84) or GCJ-02; the records are shifted to fit.
TILES = os.environ.get("JIUZHI_TILES", "")
TILES_CRS = os.environ.get("JIUZHI_TILES_CRS", "CGCS2000")
TILES_CREDIT = os.environ.get("JIUZHI_TILES_CREDIT", "")
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024
