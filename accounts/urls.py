from rest_framework.routers import SimpleRouter

from accounts.views import AccountViewSet

router = SimpleRouter()
router.register("", AccountViewSet, basename="auth")

urlpatterns = router.urls
