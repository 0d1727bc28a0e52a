"""DRF's router, with what can be done to a list as a whole."""

from rest_framework.routers import Route, SimpleRouter


class BulkRouter(SimpleRouter):
    """PATCH of a list is the viewset's `partial_update_many`, DELETE its `clear`."""

    routes = [  # noqa: RUF012 (as in DRF)
        route._replace(mapping=route.mapping | {"patch": "partial_update_many", "delete": "clear"})
        if isinstance(route, Route) and "post" in route.mapping
        else route
        for route in SimpleRouter.routes
    ]
