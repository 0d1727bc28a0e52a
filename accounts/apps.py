"""The app's configuration, and that of Django's admin with the project's own site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    name = "accounts"
    default = True


class AdminConfig(admin.AdminConfig):
    default = False
    default_site = "accounts.admin_site.AdminSite"
