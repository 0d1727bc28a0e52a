"""The log of all tests that ran against the Lambda emulator; with --lambda this test runs last."""

import pytest


@pytest.mark.django_db(transaction=True)
def test_log_of_all_tests_has_request_lines_and_no_secret(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--lambda"):
        pytest.skip("reads the log of the Lambda emulator")
    remote = request.getfixturevalue("remote")
    remote.sign_up()
    log = remote.log.read_text()
    assert log.count('"logger": "todoproject.requests"') > 0
    assert remote.secrets
    assert [secret for secret in sorted(remote.secrets) if secret in log] == []
