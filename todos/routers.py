"""A router that also maps PATCH and DELETE of a list, for bulk calls."""

from rest_framework.routers import Route, SimpleRouter


class BulkRouter(SimpleRouter):
    """Maps PATCH on a list to `partial_update_many`, and DELETE to `clear_completed`."""

    routes = [  # noqa: RUF012 - as in DRF
        route._replace(mapping=route.mapping | {"patch": "partial_update_many", "delete": "clear_completed"})
        if isinstance(route, Route) and "post" in route.mapping
        else route
        for route in SimpleRouter.routes
    ]
