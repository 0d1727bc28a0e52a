"""Lists the resources in the emulated AWS account."""

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
