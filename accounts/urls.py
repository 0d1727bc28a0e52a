from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.pages import NewPasswordPage, RequestResetPage
from accounts.views import AccountViewSet

router = SimpleRouter()
router.register("auth", AccountViewSet, basename="auth")

urlpatterns = [
    *router.urls,
    # The admin's login page links to the view of this name.
    path("session/reset/", RequestResetPage.as_view(), name="admin_password_reset"),
    path("session/reset/<uid>/<token>/", NewPasswordPage.as_view(), name="new-password"),
]
