"""The headers that restrict what a page may do: its Content-Security-Policy and Permissions-Policy."""

from typing import Any

from csp.constants import NONE, SELF
from csp.middleware import CSPMiddleware
from django.http import HttpRequest

# Everything comes from this server, and no script or style is inside a page.
PAGE_DIRECTIVES = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],  # Swagger UI's style sheet contains its icons.
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "worker-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}
UNUSED_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in UNUSED_FEATURES)


class PageHeadersMiddleware(CSPMiddleware):
    """Adds both headers to HTML. Other responses are not shown as pages, and calls of the API stay fast."""

    def __call__(self, request: HttpRequest) -> Any:
        response: Any = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response["Permissions-Policy"] = PERMISSIONS_POLICY
            response = self.process_response(request, response)
        return response
