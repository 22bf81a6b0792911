"""Writes a workload with secrets in every kind of input, none of which may be shown anywhere.

The files stand in `workload/` with marks such as `⟦word hcl: provider⟧`: the form of the secret, and its place.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Final
from urllib.parse import quote

SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
WORKLOAD: Final = Path(__file__).with_name("workload")
PLACES: Final = {"azure": ".azure", "github": ".github", "state.json": "terraform.tfstate"}
"""Names under which files are kept here, to those that tools look for."""
_MARK: Final = re.compile(r"⟦(\w+?)(64)? ([^⟧]+)⟧")


class Planter:
    """Gives out secrets, and remembers where each was planted."""

    def __init__(self) -> None:
        self.planted: dict[str, str] = {}
        """What must not be seen, to where it was planted."""
        self._made: dict[str, str] = {}

    def make(self, form: str, where: str) -> str:
        """A text that holds a secret, in one of the forms that secrets have; the same one for the same place."""
        if where not in self._made:
            self._made[where] = str(getattr(self, f"_{form}")(f"{len(self.planted):03d}", where))
        return self._made[where]

    def _add(self, secret: str, where: str) -> str:
        assert secret not in self.planted
        self.planted[secret] = where
        return secret

    def _word(self, number: str, where: str) -> str:
        """Nothing but its name or its place tells it."""
        return self._add(f"Plnt{number}zQ&w+7xLm", where)

    def _key(self, number: str, where: str) -> str:
        """As storage accounts have them."""
        content = bytes((int(number) * 7 + index * 31) % 256 for index in range(64))
        return self._add(base64.b64encode(content).decode(), where)

    def _jwt(self, number: str, where: str) -> str:
        head, body = (
            base64.urlsafe_b64encode(part).decode().rstrip("=")
            for part in (b'{"alg":"HS256","typ":"JWT"}', b'{"sub":"1234567890","aud":"x"}')
        )
        return f"{head}.{body}.{self._add(f'sgn{number}aBcDeFgHiJkLmNoPqRsTuV', where)}"

    def _pem(self, number: str, where: str) -> str:
        body = self._add(f"MIIEpPLANTED{number}AAKCAQEA0Z3VS5JJcds3xfn", where)
        return f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"

    def _connection(self, number: str, where: str) -> str:
        return f"Server=tcp:sql.example.org;User ID=app;Password={self._word(number, where)};Encrypt=true"

    def _signed(self, number: str, where: str) -> str:
        signature = self._add(f"sg{number}%2BaBcDeF%3D", where)
        return f"https://st.blob.core.windows.net/c?sv=2022-11-02&sig={signature}"

    def _address(self, number: str, where: str) -> str:
        return f"mongodb://app:{self._add(f'pw{number}MongoHidden', where)}@db.example.org:27017/x"

    def _git(self, number: str, where: str) -> str:
        return self._add(f"pw{number}GitHidden", where)


def plant(folder: Path) -> Planter:
    """Write the workload below a folder."""
    planter = Planter()
    for source in sorted(WORKLOAD.rglob("*")):
        if source.is_file():
            parts = [PLACES.get(part, part) for part in source.relative_to(WORKLOAD).parts]
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_filled(source.read_text(encoding="utf-8"), planter, source.suffix), encoding="utf-8")
    return planter


def _filled(text: str, planter: Planter, suffix: str) -> str:
    def fill(mark: re.Match[str]) -> str:
        secret = planter.make(mark[1], mark[3])
        if mark[2]:
            secret = base64.b64encode(secret.encode()).decode()
        return json.dumps(secret)[1:-1] if suffix in (".json", ".tf") and "\n" in secret else secret

    return _MARK.sub(fill, text)


def forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, in base64 (whatever stands before it), escaped, in other cases."""
    found = {secret, secret.upper(), secret.lower(), quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1]}
    found |= {secret.replace("&", "&amp;"), secret.replace("&", "\\u0026"), secret.replace("+", "&#43;")}
    for lead in ("", "x", "xx"):
        encoded = base64.b64encode((lead + secret).encode()).decode()
        # What depends on the characters beside it is left out.
        found.add(encoded[4 if lead else 0 : len(encoded) - 4])
    return {form for form in found if len(form) >= 8}


def seen(text: str, planter: Planter) -> dict[str, str]:
    """The secrets that a text shows in some form, with where they were planted."""
    return {form: where for secret, where in planter.planted.items() for form in sorted(forms(secret)) if form in text}
