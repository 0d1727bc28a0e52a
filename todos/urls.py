from todos.routers import BulkRouter
from todos.views import TodoViewSet

router = BulkRouter()
router.register("todos", TodoViewSet, basename="todo")

urlpatterns = router.urls
