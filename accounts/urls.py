from django.urls import path
from rest_framework.routers import SimpleRouter

from accounts.pages import NewPasswordPage, ResetPage
from accounts.views import AccountViewSet

router = SimpleRouter()
router.register("auth", AccountViewSet, basename="auth")

urlpatterns = [
    *router.urls,
    path("session/reset/", ResetPage.as_view(), name="admin_password_reset"),  # The admin's log-in links to this name.
    path("session/reset/<uid>/<token>/", NewPasswordPage.as_view(), name="new-password"),
]
