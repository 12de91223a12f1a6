"""Columns that look like direct identifiers, which must not enter the warehouse."""

import re

# A column is judged by the words of its name: `patientName`, `e-mail`, `home_address`.
_DIRECT = {
    "address",
    "email",
    "fax",
    "firstname",
    "forename",
    "fullname",
    "initials",
    "lastname",
    "mail",
    "mobile",
    "mrn",
    "name",
    "nhs",
    "passport",
    "phone",
    "postcode",
    "ssn",
    "street",
    "surname",
    "telephone",
    "zip",
    "zipcode",
}
_PHRASES = (
    ("family", "name"),
    ("hospital", "id"),
    ("hospital", "number"),
    ("insurance", "number"),
    ("medical", "record"),
    ("national", "id"),
    ("post", "code"),
    ("record", "number"),
    ("social", "security"),
    ("tax", "code"),
)


def looks_like_direct_identifier(column_name: str) -> bool:
    """Whether a column's name says that it holds a person's name, address or number."""
    separated = re.sub(r"([a-z])([A-Z])", r"\1 \2", column_name)
    separated = re.sub(r"(?i)\be[-_ ]?mail", "email", separated)
    words = [word for word in re.split(r"[^a-z]+", separated.lower()) if word]
    return any(word in _DIRECT for word in words) or any(
        phrase == tuple(words[i : i + 2])
        for phrase in _PHRASES
        for i in range(len(words))
    )
