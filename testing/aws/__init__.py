"""An AWS account on this machine, for Zappa: moto emulates AWS, and the Lambda emulator runs the functions."""

FUNCTION_NAME = "todo-api-dev"
ROLE_NAME = f"{FUNCTION_NAME}-ZappaLambdaExecutionRole"
