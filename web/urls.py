"""The URLs of the pages for people."""

from django.urls import path

from web import account_pages, app_pages, reset_pages, views

urlpatterns = [
    path("app/", app_pages.AppPage.as_view(), name="app"),
    path("app/worker.js", app_pages.ServiceWorkerView.as_view(), name="service-worker"),
    path("app/manifest.webmanifest", app_pages.ManifestView.as_view(), name="manifest"),
    path("docs/", views.DocsView.as_view(), name="docs"),
    path("session/csrf/", views.CsrfTokenView.as_view(), name="csrf-token"),
    path("session/signup/", account_pages.SignupPage.as_view(), name="signup"),
    path("session/login/", account_pages.LoginPage.as_view(), name="login"),
    path("session/logout/", account_pages.LogoutPage.as_view(), name="logout"),
    path("session/account/", account_pages.AccountPage.as_view(), name="account"),
    path("session/account/password/", account_pages.ChangePasswordPage.as_view(), name="account-password"),
    path("session/account/delete/", account_pages.DeleteAccountPage.as_view(), name="account-delete"),
    path("session/account/logout/", account_pages.LogoutEverywherePage.as_view(), name="logout-everywhere"),
    # The admin's login page links to the view of this name.
    path("session/reset/", reset_pages.RequestResetPage.as_view(), name="admin_password_reset"),
    path("session/reset/<uid>/<token>/", reset_pages.NewPasswordPage.as_view(), name="new-password"),
    path(".well-known/change-password", views.ChangePasswordRedirect.as_view(), name="change-password"),
    path("favicon.ico", views.IconRedirect.as_view(), name="icon"),
]
