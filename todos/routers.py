"""DRF's router, with the bulk calls on a list."""

from rest_framework.routers import Route, SimpleRouter


class BulkRouter(SimpleRouter):
    """Routes PATCH on a list to `partial_update_many` and DELETE to `clear`."""

    routes = [  # noqa: RUF012 - as in DRF
        route._replace(mapping=route.mapping | {"patch": "partial_update_many", "delete": "clear"})
        if isinstance(route, Route) and "post" in route.mapping
        else route
        for route in SimpleRouter.routes
    ]
