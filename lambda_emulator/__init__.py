"""AWS Lambda, API Gateway and function URLs on this machine, for development and tests. See README.md here."""
