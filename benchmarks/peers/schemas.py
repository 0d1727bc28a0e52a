"""The Pydantic models of bodies: of both FastAPI peers, and those of requests also of django-ninja."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TodoIn(BaseModel):
    title: str = Field(min_length=1, max_length=128)
    description: str = Field("", max_length=2_000)
    status: Literal["open", "completed"] = "open"
    due_at: datetime | None = None


class TodoPatch(BaseModel):
    title: str | None = Field(None, min_length=1, max_length=128)
    description: str | None = Field(None, max_length=2_000)
    status: Literal["open", "completed"] | None = None
    due_at: datetime | None = None


class TodoOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    description: str
    status: str
    due_at: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
