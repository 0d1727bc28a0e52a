"""The migration that fills the texts by which existing todos are searched and sorted."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from testing.queries import capture_statements

BEFORE = [("todos", "0003_title_key")]
AFTER = [("todos", "0005_title_key_indexes")]

pytestmark = pytest.mark.in_process("migrates its own database")


def migrate(targets: list[tuple[str, str]]) -> Any:
    """Migrate to these migrations, and return the models as they are then."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def models_before(transactional_db: None) -> Iterator[Any]:
    yield migrate(BEFORE)
    migrate(AFTER)


def insert_earlier_todos(models: Any, count: int) -> None:
    """Insert todos as the earlier version did: the search text only case-folded, and no title key."""
    owner = models.get_model("accounts", "User").objects.create(email="ada@example.com", password="!", revision=count)
    todo_model, now = models.get_model("todos", "Todo"), timezone.now()
    numbers = range(1, count + 1)
    todo_model.objects.bulk_create(
        todo_model(
            owner=owner,
            title=f"E\u0301clair {number}",
            search_text=f"e\u0301clair {number}\x1f",
            created_at=now,
            updated_at=now,
            revision=number,
            position=number,
            status_position=number,
        )
        for number in numbers
    )


def test_texts_of_existing_todos_are_filled_in_batches(models_before: Any) -> None:
    insert_earlier_todos(models_before, 2_500)
    statements = capture_statements(lambda: migrate(AFTER))
    todos = migrate(AFTER).get_model("todos", "Todo").objects
    assert todos.filter(title_key__startswith="eclair ", search_text__startswith="\u00e9clair ").count() == 2_500
    reads = [statement for statement in statements if "LIMIT 1000" in statement]
    assert len(reads) == 4


def test_interrupted_migration_can_be_run_again(models_before: Any) -> None:
    insert_earlier_todos(models_before, 3)
    models_before.get_model("todos", "Todo").objects.filter(revision=1).update(title_key="eclair 1")
    todos = migrate(AFTER).get_model("todos", "Todo").objects
    assert list(todos.order_by("pk").values_list("title_key", flat=True)) == ["eclair 1", "eclair 2", "eclair 3"]
