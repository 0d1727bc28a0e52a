"""The log of all tests that ran against the Lambda emulator; with --lambda this test runs last."""

import pytest


@pytest.mark.django_db(transaction=True)
def test_log_of_all_tests_has_request_lines_and_no_secret(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--lambda"):
        pytest.skip("reads the log of the Lambda emulator")
    emulated_api = request.getfixturevalue("emulated_api")
    emulated_api.sign_up()
    log = emulated_api.log.read_text()
    assert log.count('"logger": "todoproject.requests"') > 0
    assert emulated_api.secrets
    assert [secret for secret in sorted(emulated_api.secrets) if secret in log] == []
