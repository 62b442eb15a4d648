"""The three pages that tell nothing of anybody: let in, fetch the real page, refused. Each is whole in itself."""

import json
from string import Template

from ..words import strings
from .access import KEY_HEADER, KEY_NAME

_HEAD = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    f'<meta name="color-scheme" content="light dark"><title>{strings.APP}</title>'
)
_WORDS = '<main style="font:16px/1.5 system-ui;max-width:32rem;margin:15vh auto;padding:0 1rem"{hidden}>{text}</main>'

# A worker that another program has left at this port would see every page.
_ENTERED = Template("""<script>(async () => {
  try { for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister(); } catch { }
  const key = $key;
  try { if (key) localStorage.setItem("$name", key); } catch { }
  location.replace("/");
})();</script>""")

_DOOR = Template("""<script>(async () => {
  const refused = () => { document.querySelector("main").hidden = false; };
  let key = null;
  try { key = localStorage.getItem("$name"); } catch { }
  if (!key) return refused();
  try {
    const answer = await fetch(location.href, { headers: { "$header": key }, cache: "no-store" });
    if (answer.status === 401) return refused();
    const page = await answer.text();
    document.open();
    document.write(page);
    document.close();
  } catch { refused(); }
})();</script>""")


def entered(key: str | None) -> str:
    """Keeps the key where only this origin finds it, and goes to the first page."""
    script = _ENTERED.substitute(key=json.dumps(key), name=KEY_NAME)
    return _HEAD + script + _noscript()


def door() -> str:
    """Fetches the page at its own address with the key, and becomes that page."""
    script = _DOOR.substitute(header=KEY_HEADER, name=KEY_NAME)
    return _HEAD + _words(hidden=True) + script + _noscript()


def refused() -> str:
    """How to get in."""
    return _HEAD + _words(hidden=False)


def _words(*, hidden: bool) -> str:
    text = f"<h1>{strings.REFUSED_TITLE}</h1><p>{strings.REFUSED_TOKEN}</p>"
    return _WORDS.format(hidden=" hidden" if hidden else "", text=text)


def _noscript() -> str:
    text = _WORDS.format(hidden="", text=f"<p>{strings.NEEDS_SCRIPT}</p>")
    return f"<noscript>{text}</noscript>"
