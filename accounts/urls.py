from rest_framework.routers import SimpleRouter

from accounts.views import AccountViewSet

router = SimpleRouter()
router.register("auth", AccountViewSet, basename="auth")

urlpatterns = router.urls
