"""What the application has logged in all the tests before, which were run against the local Lambda."""

import pytest


@pytest.mark.django_db(transaction=True)
def test_the_log_has_a_line_a_request_and_not_one_secret_of_any(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--lambda"):
        pytest.skip("reads the log of the local Lambda")
    remote = request.getfixturevalue("emulated_api")
    remote.sign_up()
    log = remote.log.read_text()
    assert log.count('"logger": "todoproject.requests"') > 0
    assert remote.secrets
    assert [secret for secret in sorted(remote.secrets) if secret in log] == []
