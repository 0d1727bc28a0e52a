"""The passwords that tests use."""

PASSWORD = "correct horse battery"
NEW_PASSWORD = "another horse battery"
WRONG_PASSWORD = "not the password"
