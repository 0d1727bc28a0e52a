"""The todo of the two Django peers, owned by Django's stock user."""

from django.conf import settings
from django.db import models


class Todo(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="todos")
    title = models.CharField(max_length=128)
    description = models.TextField(max_length=2_000, default="", blank=True)
    status = models.CharField(max_length=9, choices=[("open", "open"), ("completed", "completed")], default="open")
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "django_peer"

    def __str__(self) -> str:
        return self.title
