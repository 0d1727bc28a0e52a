"""FastAPI with SQLAlchemy 2, in synchronous functions, as FastAPI's documentation has them."""

import os
from collections.abc import Iterator
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, contains_eager

from benchmarks.peers.schemas import TodoIn, TodoOut, TodoPatch
from benchmarks.peers.tables import Todo, User, database_url

KEY = os.environ["SECRET_KEY"]
engine = create_engine(database_url(asynchronous=False), pool_size=40)
app = FastAPI()


def get_session() -> Iterator[Session]:
    with Session(engine, expire_on_commit=False) as session:
        yield session


Database = Annotated[Session, Depends(get_session)]
Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/auth/login/"))]


def get_user(token: Token, session: Database) -> User:
    try:
        user_id = int(jwt.decode(token, KEY, algorithms=["HS256"])["user_id"])
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Could not validate credentials") from None
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise HTTPException(401, "Could not validate credentials")
    return user


CurrentUser = Annotated[User, Depends(get_user)]


def find_todo(session: Session, user: User, todo_id: int) -> Todo:
    query = select(Todo).join(Todo.owner).options(contains_eager(Todo.owner))
    todo = session.scalar(query.where(Todo.id == todo_id, Todo.owner_id == user.id))
    if todo is None:
        raise HTTPException(404, "Not found")
    return todo


@app.get("/todos/", response_model=list[TodoOut])
def list_todos(user: CurrentUser, session: Database, limit: int | None = None, offset: int = 0) -> Any:
    query = select(Todo).join(Todo.owner).options(contains_eager(Todo.owner))
    query = query.where(Todo.owner_id == user.id).order_by(Todo.id)
    return session.scalars(query if limit is None else query.limit(limit).offset(offset)).all()


@app.post("/todos/", response_model=TodoOut | list[TodoOut], status_code=201)
def create_todo(payload: TodoIn | list[TodoIn], user: CurrentUser, session: Database) -> Any:
    items = payload if isinstance(payload, list) else [payload]
    todos = [Todo(owner=user, **item.model_dump()) for item in items]
    session.add_all(todos)
    session.commit()
    return todos if isinstance(payload, list) else todos[0]


@app.get("/todos/{todo_id}/", response_model=TodoOut)
def get_todo(todo_id: int, user: CurrentUser, session: Database) -> Any:
    return find_todo(session, user, todo_id)


@app.patch("/todos/{todo_id}/", response_model=TodoOut)
def change_todo(todo_id: int, payload: TodoPatch, user: CurrentUser, session: Database) -> Any:
    todo = find_todo(session, user, todo_id)
    for name, value in payload.model_dump(exclude_unset=True).items():
        setattr(todo, name, value)
    session.commit()
    return todo
