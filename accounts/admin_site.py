"""The admin site: Django's, with a password change that is rate limited like the API's."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from accounts import throttling


class AdminSite(admin.AdminSite):
    site_header = site_title = "Todo API"
    # It would match every path below /admin/, so that OptionalTrailingSlashMiddleware would never add a slash.
    final_catch_all_view = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Let "View site" lead to the front page, also below a stage prefix."""
        return {**super().each_context(request), "site_url": reverse("root")}

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Let staff change their own password. Only wrong current passwords count as attempts."""
        user: Any = request.user
        reserved = throttling.reserve_password_attempt(user) if request.method == "POST" else []
        response: Any = super().password_change(request, extra_context)
        if response.status_code == 302 or "old_password" not in response.context_data["form"].errors:
            throttling.refund(reserved)
        return response
