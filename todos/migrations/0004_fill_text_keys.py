"""Fills the texts by which todos are searched and sorted, in batches. It can be interrupted and run again."""

from typing import Any

from django.db import migrations, transaction

from todos.text_keys import build_search_text, build_title_key

BATCH_ROWS = 1_000


def fill_text_keys(apps: Any, schema_editor: Any) -> None:
    """Set both texts of each todo. The rows of a batch are locked, so that no concurrent change is overwritten."""
    database = schema_editor.connection.alias
    todos = apps.get_model("todos", "Todo").objects.using(database)
    last = 0
    while True:
        with transaction.atomic(using=database):
            rows = todos.filter(pk__gt=last).order_by("pk").only("title", "description")
            batch = list(rows.select_for_update()[:BATCH_ROWS])
            if not batch:
                return
            for todo in batch:
                todo.search_text = build_search_text(todo.title, todo.description)
                todo.title_key = build_title_key(todo.title)
            todos.bulk_update(batch, ["search_text", "title_key"])
            last = batch[-1].pk


class Migration(migrations.Migration):
    atomic = False  # Each batch is a transaction of its own, so that writers wait for one batch only.
    dependencies = [("todos", "0003_title_key")]
    operations = [migrations.RunPython(fill_text_keys, migrations.RunPython.noop)]
