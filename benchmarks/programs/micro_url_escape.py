"""A text of both languages into a query. usage: micro_url_escape.py LIBRARY SECONDS"""

from timing import own_module, peer, report

TEXTS = ["hello", "Ann & Bob: 100 % sure?", "旋风以藤田级数衡量", "https://example.org/a b?c=d#e"]

if peer() == "urllib":
    from urllib.parse import quote_plus as escape
else:
    escape = own_module("escape").url_escape

assert escape("a b&") == "a+b%26"


def run() -> None:
    for text in TEXTS:
        escape(text)


report(run)
