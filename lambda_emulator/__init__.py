"""AWS Lambda and API Gateway on this machine: a built package, run by AWS's own runtime client."""
