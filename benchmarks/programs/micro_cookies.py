"""A Cookie header of five cookies. usage: micro_cookies.py LIBRARY SECONDS"""

from timing import own_module, peer, report

COOKIES = (
    "session=0123456789abcdef0123456789abcdef; theme=dark; language=zh-CN; "
    '_xsrf="2|5b1d4f3c|d41d8cd98f00b204e9800998ecf8427e|1700000000"; seen=1'
)

if peer() == "Starlette":
    from starlette.requests import cookie_parser as parse
else:
    parse = own_module("httputil").parse_cookie

assert parse(COOKIES)["theme"] == "dark"
report(lambda: parse(COOKIES))
