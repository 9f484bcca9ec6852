"""The 20-row page as those peers render it that have no templates of their own."""

import jinja2
from content import ROWS, TEMPLATES

environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)


def rows_page() -> str:
    return environment.get_template("rows.jinja").render(rows=ROWS)
