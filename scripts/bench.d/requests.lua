-- Sends the requests of a file one after the other, each thread from a place of its own, and ends with the figures
-- in one line of JSON. A line of the file is: method, path, name of a header, its value, with tabs between. A fifth part is
-- a body in JSON.

local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

local function read(path)
  local requests = {}
  for line in io.lines(path) do
    local method, target, name, value, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t?(.*)$")
    local headers = {}
    if name ~= "" then headers[name] = value end
    if body ~= "" then headers["Content-Type"] = "application/json" end
    requests[#requests + 1] = { method, target, headers, body ~= "" and body or nil }
  end
  return requests
end

function init(args)
  local requests = read(args[1])
  if #requests == 1 then
    -- Without a function `request`, wrk sends the same bytes over and over and asks us nothing: its fastest way.
    local headers
    wrk.method, wrk.path, headers = unpack(requests[1])
    for name, value in pairs(headers) do wrk.headers[name] = value end
    return
  end
  local texts = {}
  for place, parts in ipairs(requests) do
    texts[place] = wrk.format(unpack(parts))
  end
  local place = math.floor(#texts / 2) * id
  function request()
    place = place % #texts + 1
    return texts[place]
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\nJSON {"requests": %d, "refused": %d, "broken": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f}\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
