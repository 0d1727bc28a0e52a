// Calls of the API with the browser's session.

// Why a call has no result: "offline", "logged out", "other user" (the session is no longer that of the user whose data
// this browser has) or "unavailable".
export class Problem extends Error {}

const TIMEOUT = 30_000; // milliseconds
const TRY_LATER = [408, 425, 429];

export class Api {
  // `root` is the path of the API, such as "/" or "/dev/"; every URL is built from it.
  constructor(root, csrfUrl) {
    Object.assign(this, { root, csrfUrl, user: null, csrfToken: null });
  }

  // Return the user of the session: {email, created_at, revision}.
  async fetchUser() {
    return (await this.get("auth/me/")).body;
  }

  get(path) {
    return this.send("GET", this.root + path);
  }

  // Send a write. A 403 means that the CSRF token is of an earlier log-in: fetch the new one, and send once more; but
  // only if the session is still the same user's.
  async write(method, path, body, headers = {}) {
    const send = async () =>
      this.send(method, this.root + path, body, { ...headers, "X-CSRFToken": await this.fetchCsrfToken() });
    const answer = await send();
    if (answer.status !== 403) return answer;
    this.csrfToken = null;
    await this.fetchCsrfToken();
    if (!isSameUser(await this.fetchUser(), this.user)) throw new Problem("other user");
    const second = await send();
    if (second.status === 403) throw new Problem("unavailable");
    return second;
  }

  async fetchCsrfToken() {
    this.csrfToken ??= (await this.send("GET", this.csrfUrl)).body.csrf_token;
    return this.csrfToken;
  }

  // End the session as the log-out form does.
  async logOut(url) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: await this.fetchCsrfToken() });
    await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(TIMEOUT) });
  }

  // Return {status, body, headers}. Throws where the answer says nothing about the request itself.
  async send(method, url, body, headers = {}) {
    const options = { method, headers: { ...headers, Accept: "application/json" }, cache: "no-store" };
    if (body !== undefined) {
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
    }
    const [response, text] = await receive(url, options);
    if (response.status === 401) throw new Problem("logged out");
    if (TRY_LATER.includes(response.status) || response.status >= 500) throw new Problem("unavailable");
    return { status: response.status, body: parse(text), headers: response.headers };
  }
}

async function receive(url, options) {
  try {
    const response = await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT) });
    return [response, await response.text()];
  } catch {
    throw new Problem("offline");
  }
}

// An answer that is not JSON is not from the API: a proxy's, or a hotspot's log-in page.
function parse(text) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    throw new Problem("unavailable");
  }
}

// An e-mail address can be given to a new account later, so the date counts, too.
export function isSameUser(one, other) {
  return one?.email === other?.email && one?.created_at === other?.created_at;
}
