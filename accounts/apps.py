"""App configurations: of accounts, and of Django's admin, which uses accounts.admin_site."""

from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin import apps as admin
from django.contrib.admin import autodiscover


class AccountsConfig(AppConfig):
    name = "accounts"
    default = True


class AdminConfig(admin.SimpleAdminConfig):
    """On Lambda, the models' admin classes are imported with the admin's URLs, because cold starts would wait."""

    default = False
    default_site = "accounts.admin_site.AdminSite"

    def ready(self) -> None:
        super().ready()
        if not settings.ON_LAMBDA:
            autodiscover()
