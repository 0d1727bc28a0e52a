from django.urls import path

from accounts.pages import NewPasswordPage, RequestResetPage

urlpatterns = [
    # The admin's login page links to the view of this name.
    path("session/reset/", RequestResetPage.as_view(), name="admin_password_reset"),
    path("session/reset/<uid>/<token>/", NewPasswordPage.as_view(), name="new-password"),
]
