"""What stands in a page of the report, read back from its text."""

from html.parser import HTMLParser
from urllib.parse import unquote

VOID = {"meta", "br", "link", "img"}


class Page(HTMLParser):
    """Elements, ids and links, and each number with where it says it comes from."""

    def __init__(self, text):
        super().__init__()
        self.open, self.names, self.ids, self.links = [], [], [], []
        self.headings, self.numbers = [], []
        self.shared, self.pending, self.content = "", None, ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)
        attributes = dict(attrs)
        if tag == "tr":
            self.shared = attributes.get("data-p", "")
        if tag in ("td", "th") and "data-q" in attributes:
            self.pending = self.shared + attributes["data-q"]
            self.content = ""

    def handle_startendtag(self, tag, attrs):
        self.names.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name == "href" and value.startswith("#"):
                self.links.append(value[1:])

    def handle_data(self, data):
        self.content += data

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag in ("td", "th") and self.pending is not None:
            self.numbers.append((self.content, self.pending))
            self.pending = None


def query_of(packed):
    """The query that the page's script writes for a number."""
    table, columns, keys = packed.split("|")
    conditions = []
    for pair in keys.split("&"):
        name, value = pair.split("=", 1)
        value = unquote(value)
        if value.startswith("#"):
            conditions.append(f"{name} = {value[1:]}")
        else:
            value = value.replace("'", "''")
            conditions.append(f"{name} = '{value}'")
    return f"select {columns} from {table} where {' and '.join(conditions)}"
