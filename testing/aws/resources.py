"""Lists the resources in the emulated AWS account."""

from typing import Any

from testing.aws import FUNCTION_NAME
from testing.aws.account import AwsAccount


def list_resources(aws: AwsAccount) -> dict[str, list[str]]:
    """Return the names of all resources by kind; empty kinds are omitted."""
    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    names = {
        "roles": [role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]],
        "buckets": [bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]],
        "functions": [function["FunctionName"] for function in aws.client("lambda").list_functions()["Functions"]],
        "rules": [rule["Name"] for rule in aws.client("events").list_rules()["Rules"]],
        "stacks": [stack["StackName"] for stack in stacks],
        "logs": [group["logGroupName"] for group in aws.client("logs").describe_log_groups()["logGroups"]],
    }
    return {kind: sorted(found) for kind, found in names.items() if found}


def describe_deployment(aws: AwsAccount) -> Any:
    """Return what an update changes: the function's versions with their code, its variables, and uploaded files."""
    functions, s3 = aws.client("lambda"), aws.client("s3")
    versions = functions.list_versions_by_function(FunctionName=FUNCTION_NAME)["Versions"]
    objects = [s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []) for bucket in s3.list_buckets()["Buckets"]]
    variables = functions.get_function_configuration(FunctionName=FUNCTION_NAME)["Environment"]["Variables"]
    return [(version["Version"], version["CodeSha256"]) for version in versions], variables, objects
