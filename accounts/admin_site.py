"""The admin's site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts import throttling


class AdminSite(admin.AdminSite):
    """Django's own, where wrong current passwords are throttled as in the API."""

    site_header = site_title = "Todo API"
    final_catch_all_view = False  # It claims every path below, so that none would get its trailing slash.

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Count a change of one's own password, unless the old one was right."""
        user: Any = request.user
        posted = request.method == "POST"
        reserved = throttling.reserve(throttling.by_email("password", user.email)) if posted else []
        response: Any = super().password_change(request, extra_context)
        if response.status_code == 302 or "old_password" not in response.context_data["form"].errors:
            throttling.give_back(reserved)
        return response
