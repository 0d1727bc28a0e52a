-- The request that wrk sends, from the environment; the result is printed as JSON. Of several tokens, separated by
-- commas, each request has the next one.
local body = os.getenv("LOAD_BODY")
local method = os.getenv("LOAD_METHOD")
local etag = os.getenv("LOAD_ETAG")
local tokens = {}
for token in os.getenv("LOAD_TOKEN"):gmatch("[^,]+") do tokens[#tokens + 1] = "Bearer " .. token end
local headers = { ["Accept"] = "application/json" }
if body ~= "" then headers["Content-Type"] = "application/json" end
if etag ~= "" then headers["If-None-Match"] = etag end
local count = os.time() * 1000 % 1000000000

function request()
  count = count + 1
  headers["Authorization"] = tokens[count % #tokens + 1]
  if body == "" then return wrk.format(method, nil, headers) end
  return wrk.format(method, nil, headers, (body:gsub("%%d", tostring(count))))
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"requests": %d, "seconds": %.6f, "p50_ms": %.4f, "p99_ms": %.4f, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
