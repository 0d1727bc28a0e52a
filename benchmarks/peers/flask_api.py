"""The modern equivalent of the Flask API that this project replaces: Flask 3, Flask-SQLAlchemy, Flask-JWT-Extended."""

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, abort, jsonify, request
from flask_jwt_extended import JWTManager, get_current_user, jwt_required
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from benchmarks.peers.tables import Base, Todo, User, database_url

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = database_url(asynchronous=False)
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 10}
app.config["JWT_SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["JWT_IDENTITY_CLAIM"] = "user_id"
database = SQLAlchemy(app, model_class=Base)
jwt_manager = JWTManager(app)


@jwt_manager.user_lookup_loader
def load_user(header: Any, claims: Any) -> User | None:
    user = database.session.get(User, int(claims["user_id"]))
    return user if user is not None and user.is_active else None


def format_datetime(value: datetime | None) -> str | None:
    return value and value.astimezone(UTC).isoformat()


def todo_json(todo: Todo) -> dict[str, Any]:
    return {
        "id": todo.id,
        "title": todo.title,
        "description": todo.description,
        "status": todo.status,
        "due_at": format_datetime(todo.due_at),
        "created_by": todo.created_by,
        "created_at": format_datetime(todo.created_at),
        "updated_at": format_datetime(todo.updated_at),
        "completed_at": format_datetime(todo.completed_at),
    }


def validated(payload: Any, *, partial: bool = False) -> dict[str, Any]:
    """Return the fields of a todo; 400 where one is unknown, missing or wrong."""
    if not isinstance(payload, dict) or payload.keys() - {"title", "description", "status", "due_at"}:
        abort(400)
    if not partial and "title" not in payload:
        abort(400)
    if not 1 <= len(payload.get("title", "x")) <= 128 or payload.get("status", "open") not in ("open", "completed"):
        abort(400)
    if payload.get("due_at") is not None:
        payload["due_at"] = datetime.fromisoformat(payload["due_at"])
    return payload


def own_todos() -> Any:
    query = select(Todo).join(Todo.owner).options(contains_eager(Todo.owner))
    return query.where(Todo.owner_id == get_current_user().id)


@app.get("/todos/")
@jwt_required()
def list_todos() -> Any:
    query = own_todos().order_by(Todo.id)
    if "limit" in request.args:
        query = query.limit(request.args.get("limit", type=int)).offset(request.args.get("offset", 0, type=int))
    return jsonify([todo_json(todo) for todo in database.session.scalars(query)])


@app.post("/todos/")
@jwt_required()
def create_todo() -> Any:
    payload = request.get_json()
    items = payload if isinstance(payload, list) else [payload]
    todos = [Todo(owner=get_current_user(), **validated(item)) for item in items]
    database.session.add_all(todos)
    database.session.flush()
    bodies = [todo_json(todo) for todo in todos]
    database.session.commit()
    return jsonify(bodies if isinstance(payload, list) else bodies[0]), 201


def find_todo(todo_id: int) -> Todo:
    todo = database.session.scalar(own_todos().where(Todo.id == todo_id))
    if todo is None:
        abort(404)
    return todo


@app.get("/todos/<int:todo_id>/")
@jwt_required()
def get_todo(todo_id: int) -> Any:
    return jsonify(todo_json(find_todo(todo_id)))


@app.patch("/todos/<int:todo_id>/")
@jwt_required()
def change_todo(todo_id: int) -> Any:
    todo = find_todo(todo_id)
    for name, value in validated(request.get_json(), partial=True).items():
        setattr(todo, name, value)
    database.session.flush()
    body = todo_json(todo)
    database.session.commit()
    return jsonify(body)
