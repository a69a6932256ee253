"""JSON over HTTP, tokens, and what of an answer is compared."""

import json
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import jwt

SERVICE = "pnet-liver-metastases"
ISSUER = "https://ehr.invalid"
KEY_ID = "interop"
EXTENSION = "io.github.pnet-cds.card"
PATIENTS = Path(__file__).resolve().parents[2] / "service/demo/patients"


def call(method, url, body=None, headers=None, kind="application/json"):
    """Status and JSON of an answer; of an error the text, if it is no JSON."""
    data = None if body is None else json.dumps(body).encode()
    wanted = {"Content-Type": kind, "Accept": kind} | (headers or {})
    request = urllib.request.Request(url, data=data, method=method, headers=wanted)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        text = error.read().decode()
        try:
            return error.code, json.loads(text)
        except ValueError:
            return error.code, text


def charts():
    """Every demo chart: its name, which is the patient's id, and its file."""
    return [(path.stem, path) for path in sorted(PATIENTS.glob("*.json"))]


def token(key, url):
    """A token as CDS Hooks asks for it, good for one call of this address."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": url, "iat": now, "exp": now + 120, "jti": str(uuid.uuid4())}
    return jwt.encode(claims, key, algorithm="ES384", headers={"kid": KEY_ID})


def verdicts(cards):
    """Every verdict on every card: what the card is about, then option and verdict."""
    found = {}
    for card in cards:
        about = card["extension"][EXTENSION]
        place = "/".join(filter(None, (about["kind"], about.get("group"))))
        for option in about.get("options", []):
            found[place, option["id"]] = option["verdict"]
    return found


def differences(ours, theirs):
    """Keys whose values differ, with both values."""
    return {
        key: (ours.get(key), theirs.get(key))
        for key in sorted(ours.keys() | theirs.keys(), key=str)
        if ours.get(key) != theirs.get(key)
    }
