"""Creates the peers' tables, users and todos; prints the users' tokens as JSON.

Usage: python -m benchmarks.peers.django_peer.prepare '{"small": 20}'
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import django
import jwt
from django.core.management import call_command


def main() -> None:
    django.setup()
    from django.contrib.auth import get_user_model

    from benchmarks.peers.django_peer.models import Todo

    call_command("migrate", "auth", verbosity=0)  # before the tables without migrations, which refer to it
    call_command("migrate", run_syncdb=True, verbosity=0)
    tokens = {}
    for name, count in json.loads(sys.argv[1]).items():
        email = f"{name}@example.com"
        user = get_user_model().objects.create_user(email, email, "correct horse battery")
        Todo.objects.bulk_create(Todo(owner=user, title=f"Buy milk {number}") for number in range(count))
        now = datetime.now(UTC)
        claims = {"user_id": str(user.pk), "sub": str(user.pk), "token_type": "access", "type": "access"}
        claims |= {"jti": "0" * 32, "iat": now, "nbf": now, "exp": now + timedelta(days=1), "fresh": False}
        tokens[name] = jwt.encode(claims, os.environ["SECRET_KEY"], algorithm="HS256")
    print(json.dumps(tokens))


if __name__ == "__main__":
    main()
