"""The descriptions of the account endpoints and the security schemes in the OpenAPI document, in CommonMark.

They are written for clients. The rate limits are the defaults of the THROTTLE_ settings.
"""

SIGNUP = """\
Create an account, and get its first tokens.

The e-mail address is stored in lower case, and belongs to one account: one that is taken is a 400 `unique`. The
password has 8 to 128 characters; a common one, one that is similar to the address, and one of digits only are a 400.

At most 20 sign-ups an hour from one client address, by default; beyond that, the response is a 429."""

LOGIN = """\
Get tokens for an e-mail address and its password: an access token, valid for 15 minutes, and a refresh token, valid
for 14 days, by default.

The error is a 400 `invalid_credentials` whether the address is unknown, the password wrong or the account inactive.

At most 20 logins a minute from one client address, by default. For each e-mail address, at most 10 failures in 5
minutes from one client address, and 100 an hour in total. Beyond that, the response is a 429."""

REFRESH = """\
Get a new access token for a refresh token, when a call returns 401 `token_expired`.

The refresh token is not replaced. It is valid until it expires or is revoked by logging out, or by changing or
resetting the password. Then the response is a 401: log in again.

At most 60 requests a minute from one client address, by default; beyond that, the response is a 429."""

LOGOUT = """\
Revoke all your tokens and browser sessions at once, on every device. The request has no body.

From then on, calls with an earlier token are a 401 `token_not_valid`."""

READ = """\
Read your account. `revision` is raised by every change of your todos: while it is the same, they have not changed."""

DELETE = """\
Delete your account and all its todos, permanently. All tokens and browser sessions are revoked at once.

Send your password to confirm; a wrong one is a 400 `wrong_password`. At most 10 wrong passwords in 5 minutes, by
default, counted together with those of changing the password; beyond that, the response is a 429."""

CHANGE = """\
Change your password, and get new tokens. All older tokens and browser sessions are revoked at once, on every device.

The rules of the new password are those of signing up. A wrong current password is a 400 `wrong_password`. At most
10 wrong passwords in 5 minutes, by default, counted together with those of deleting the account; beyond that, the
response is a 429."""

RESET = """\
Request a mail with a link that sets a new password. The link is valid for one hour, and works once.

The response is a 202 whether the address has an account or not; only a malformed address is a 400. At most 10
resets and confirmations an hour from one client address, by default; beyond that, the response is a 429. To one
e-mail address go at most 3 mails an hour; beyond that, the response is still a 202, but no mail is sent."""

CONFIRM = """\
Set a new password with the `uid` and the `token` from the link in a reset mail: they are the last two parts of its
path.

All older tokens and browser sessions are revoked at once, and so is the link. Log in with the new password: failed
logins before are forgotten. A link that is malformed, expired or used is a 400 `invalid_token`. The rules of the
new password are those of signing up, the rate limit is that of requesting the mail."""

BEARER_SCHEME = """\
An access token: `access` in the response to `POST /auth/signup/`, `POST /auth/login/` or `POST /auth/refresh/`. It
is valid for 15 minutes by default. Enter it alone; it is sent as `Authorization: Bearer <token>`."""

SESSION_SCHEME = """\
A browser session, which begins with the log-in at `/session/login/`; from then on, this browser sends the cookie by
itself. A write in a session also needs the CSRF token in the header `X-CSRFToken`."""
