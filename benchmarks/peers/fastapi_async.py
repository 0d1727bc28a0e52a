"""FastAPI with SQLAlchemy 2, in asynchronous functions, as FastAPI's documentation has them."""

import os
from collections.abc import AsyncIterator
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import contains_eager

from benchmarks.peers.schemas import TodoIn, TodoOut, TodoPatch
from benchmarks.peers.tables import Todo, User, database_url

KEY = os.environ["SECRET_KEY"]
engine = create_async_engine(database_url(asynchronous=True), pool_size=40)
app = FastAPI()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


Database = Annotated[AsyncSession, Depends(get_session)]
Token = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/auth/login/"))]


async def get_user(token: Token, session: Database) -> User:
    try:
        user_id = int(jwt.decode(token, KEY, algorithms=["HS256"])["user_id"])
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Could not validate credentials") from None
    user = await session.get(User, user_id)
    if user is None or not user.is_active:
        raise HTTPException(401, "Could not validate credentials")
    return user


CurrentUser = Annotated[User, Depends(get_user)]


async def find_todo(session: AsyncSession, user: User, todo_id: int) -> Todo:
    query = select(Todo).join(Todo.owner).options(contains_eager(Todo.owner))
    todo = await session.scalar(query.where(Todo.id == todo_id, Todo.owner_id == user.id))
    if todo is None:
        raise HTTPException(404, "Not found")
    return todo


@app.get("/todos/", response_model=list[TodoOut])
async def list_todos(user: CurrentUser, session: Database, limit: int | None = None, offset: int = 0) -> Any:
    query = select(Todo).join(Todo.owner).options(contains_eager(Todo.owner))
    query = query.where(Todo.owner_id == user.id).order_by(Todo.id)
    todos = await session.scalars(query if limit is None else query.limit(limit).offset(offset))
    return todos.all()


@app.post("/todos/", response_model=TodoOut | list[TodoOut], status_code=201)
async def create_todo(payload: TodoIn | list[TodoIn], user: CurrentUser, session: Database) -> Any:
    items = payload if isinstance(payload, list) else [payload]
    todos = [Todo(owner=user, **item.model_dump()) for item in items]
    session.add_all(todos)
    await session.commit()
    return todos if isinstance(payload, list) else todos[0]


@app.get("/todos/{todo_id}/", response_model=TodoOut)
async def get_todo(todo_id: int, user: CurrentUser, session: Database) -> Any:
    return await find_todo(session, user, todo_id)


@app.patch("/todos/{todo_id}/", response_model=TodoOut)
async def change_todo(todo_id: int, payload: TodoPatch, user: CurrentUser, session: Database) -> Any:
    todo = await find_todo(session, user, todo_id)
    for name, value in payload.model_dump(exclude_unset=True).items():
        setattr(todo, name, value)
    await session.commit()
    return todo
