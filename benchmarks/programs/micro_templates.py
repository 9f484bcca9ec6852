"""A page of 100 rows that are escaped. usage: micro_templates.py LIBRARY SECONDS [inherited]"""

import sys

from timing import own_module, peer, report

ROWS = "<ul>{% for row in rows %}<li>{{ row }}</li>\n{% END %}</ul>"
BASE = "<title>{% block title %}Chat{% END %}</title><body>{% block body %}{% END %}</body>"
PAGE = (
    "{% extends 'base' %}{% block title %}{{ room }}{% END %}{% block body %}"
    "{% for who, text in messages %}{% include 'message' %}{% ENDFOR %}{% END %}"
)
MESSAGE = "{% if who == me %}<b class=me>{% else %}<b>{% END %}{{ who }}</b> <p>{{ text }}</p>\n"
PEOPLE = ["Ann", "Bob", "张伟"]
VARIABLES = {
    "rows": [f"row number {number}" for number in range(100)],
    "room": "Fujita",
    "me": "Ann",
    "messages": [(PEOPLE[n % 3], f"message {n}, 你好 & welcome") for n in range(50)],
}


def templates(jinja: bool) -> dict[str, str]:
    end_for, end_if, end = ("endfor", "endif", "endblock") if jinja else ("end",) * 3
    return {
        "rows": ROWS.replace("END", end_for),
        "base": BASE.replace("END", end),
        "page": PAGE.replace("ENDFOR", end_for).replace("END", end),
        "message": MESSAGE.replace("END", end_if),
    }


name = "page" if "inherited" in sys.argv else "rows"
if peer() == "Jinja2":
    import jinja2

    environment = jinja2.Environment(autoescape=True, loader=jinja2.DictLoader(templates(True)))
    page = environment.get_template(name)
    report(lambda: page.render(**VARIABLES).encode())
else:
    page = own_module("template").DictLoader(templates(False)).load(name)
    report(lambda: page.generate(**VARIABLES))
