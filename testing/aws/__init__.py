"""An AWS account on this machine, for Zappa to deploy to: moto plays AWS, and the emulator runs the functions."""

FUNCTION_NAME = "todo-api-dev"
ROLE_NAME = f"{FUNCTION_NAME}-ZappaLambdaExecutionRole"
