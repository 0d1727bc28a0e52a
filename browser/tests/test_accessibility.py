"""axe-core finds nothing serious or critical on any page, light and dark, on a desktop and a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from testing.browser import Visitor
from testing.passwords import PASSWORD

AXE = Path(settings.BASE_DIR) / ".cache/browser/node_modules/axe-core/axe.min.js"
PUBLIC_PAGES = ["/", "/session/login/", "/session/signup/", "/session/reset/", "/nowhere/"]
PAGES_OF_A_USER = ["/", "/app/", "/session/account/", "/session/logout/"]
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 800}


def find_violations(visitor: Visitor) -> list[str]:
    """Return the serious and critical findings on the current page."""
    visitor.page.evaluate(AXE.read_text())
    violations = visitor.page.evaluate("axe.run().then(results => results.violations)")
    return [
        f"{visitor.path()} {each['id']}: {each['nodes'][0]['html']}"
        for each in violations
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_are_accessible(
    visit: Callable[..., Visitor], email: str, color_scheme: str, viewport: dict[str, int]
) -> None:
    visitor = visit(color_scheme=color_scheme, viewport=viewport)
    visitor.expect(404)
    found = []
    for path in PUBLIC_PAGES:
        visitor.open(path)
        found += find_violations(visitor)
    visitor.open("/session/login/")
    visitor.fill(username=email, password=PASSWORD)
    visitor.press("Log in")
    for path in PAGES_OF_A_USER:
        visitor.open(path)
        found += find_violations(visitor)
        assert visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert found == []
