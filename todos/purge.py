"""Purge the tombstones of todos that were deleted long ago."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from todos.models import unguarded_todos

BATCH_ROWS = 1_000


def purge(before: datetime) -> int:
    """Delete the tombstones of all todos that were deleted before a date-time; return their number.

    Each batch has at most 1,000 tombstones of one owner, whose row it locks: a concurrent restore runs before or after
    the batch, and writes of other users are not blocked. The highest revision that was purged is stored in the owner's
    `purged_revision`.
    """
    purged = 0
    old = unguarded_todos().filter(deleted_at__lt=before).order_by("deleted_at").values_list("owner_id", flat=True)
    while (owner_id := old.first()) is not None:
        purged += purge_batch(owner_id, before)
    return purged


def purge_batch(owner_id: int, before: datetime) -> int:
    with transaction.atomic():
        owner = User.objects.select_for_update().filter(pk=owner_id).first()
        if owner is None:  # The owner has just been deleted, together with the tombstones.
            return 0
        old = unguarded_todos().filter(owner_id=owner_id, deleted_at__lt=before).order_by("deleted_at")
        ids = list(old.values_list("pk", flat=True)[:BATCH_ROWS])
        batch = unguarded_todos().filter(owner_id=owner_id, pk__in=ids)
        last = batch.aggregate(last=Max("revision"))["last"] or 0
        if last > owner.purged_revision:
            User.objects.filter(pk=owner_id).update(purged_revision=last)
        return batch.delete()[0]
