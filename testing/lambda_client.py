"""Calls an emulated function through Lambda's Invoke API, with boto3."""

import json
from typing import Any

import boto3
from botocore.config import Config

from lambda_emulator.function import EmulatedFunction


def create_client(function: EmulatedFunction) -> Any:
    return boto3.client(
        "lambda",
        endpoint_url=function.invoke_api.url,
        region_name="us-east-1",
        aws_access_key_id="made-up",
        aws_secret_access_key="made-up",
        config=Config(retries={"total_max_attempts": 1}),
    )


def invoke_action(
    client: Any, action: str, *values: Any, invocation_type: str = "RequestResponse", name: str = "todo-api-dev"
) -> Any:
    """Have the probe function run one of its actions."""
    event = json.dumps({"do": action, "with": values})
    return client.invoke(FunctionName=name, InvocationType=invocation_type, Payload=event)
