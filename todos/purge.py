"""Forgetting deleted todos whose time is over."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from accounts.models import User
from todos.models import unguarded_todos

BATCH = 1_000


def purge(before: datetime) -> int:
    """Delete the tombstones of todos deleted before that moment, and return how many.

    At most 1,000 at a time, each time of one user and with that user's row locked: a restore comes before or
    after, and writers of other users wait for nothing. The user remembers up to which revision is forgotten.
    """
    purged = 0
    old = unguarded_todos().filter(deleted_at__lt=before).order_by("deleted_at").values_list("owner_id", flat=True)
    while (owner_id := old.first()) is not None:
        purged += purge_batch(owner_id, before)
    return purged


def purge_batch(owner_id: int, before: datetime) -> int:
    with transaction.atomic():
        owner = User.objects.select_for_update().filter(pk=owner_id).first()
        if owner is None:  # Deleted meanwhile, and the tombstones with them.
            return 0
        old = unguarded_todos().filter(owner_id=owner_id, deleted_at__lt=before).order_by("deleted_at")
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        batch = unguarded_todos().filter(pk__in=ids)
        last = batch.aggregate(last=Max("revision"))["last"] or 0
        if last > owner.purged_revision:
            User.objects.filter(pk=owner_id).update(purged_revision=last)
        return batch.delete()[0]
