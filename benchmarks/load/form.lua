-- A form of 10 KB: twenty fields of 500 bytes, a part of them percent-encoded.
local fields = {}
for number = 0, 19 do
  fields[#fields + 1] = "field" .. number .. "=" .. string.rep("some+text%2C+", 38)
end
wrk.method = "POST"
wrk.body = table.concat(fields, "&")
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
