// Shows the OpenAPI document. A write without a token is sent in the browser's session, which needs the CSRF token.
const element = document.getElementById("swagger-ui");
const isRead = (method) => ["GET", "HEAD", "OPTIONS"].includes((method || "GET").toUpperCase());

async function addCsrfToken(request) {
  const isOurs = new URL(request.url, location).origin === location.origin;
  if (isOurs && !isRead(request.method) && !request.headers.Authorization) {
    const response = await fetch(element.dataset.csrf);
    request.headers["X-CSRFToken"] = (await response.json()).csrf_token;
  }
  return request;
}

SwaggerUIBundle({
  domNode: element,
  url: element.dataset.schema,
  presets: [SwaggerUIBundle.presets.apis],
  deepLinking: true,
  persistAuthorization: true,
  displayRequestDuration: true,
  requestInterceptor: addCsrfToken,
});
