"""Callers: raw HTTP/1.1 over asyncio, charts of any size, and what came back."""

import asyncio
import base64
import json
import subprocess
import time
import uuid
from collections import Counter
from pathlib import Path

HOOK = "/cds-services/pnet-liver-metastases"
DEMO = Path(__file__).parents[2] / "service/demo/patients"


def request(patient="insulinoma-debulking", filled_to=0, extra=None):
    """The body of a call with a demo patient, filled up with laboratory results of nothing that is read."""
    resources = [entry["resource"] for entry in json.loads((DEMO / f"{patient}.json").read_text())["entry"]]

    def bundle(some):
        return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in some]}

    of_kind = lambda kind: [one for one in resources if one["resourceType"] == kind]
    person = of_kind("Patient")[0]
    rest = [one for one in resources if one["resourceType"] not in ("Patient", "Condition")]
    body = {
        "hook": "patient-view",
        "hookInstance": str(uuid.uuid4()),
        "context": {"userId": "Practitioner/1", "patientId": person["id"]},
        "prefetch": {"patient": person, "conditions": bundle(of_kind("Condition")), "markers": bundle(rest)},
    }
    size = len(json.dumps(body))
    fill = []
    while size < filled_to - 1000:
        fill.append(result(person["id"], len(fill)))
        size += len(json.dumps(fill[-1])) + 20
    body["prefetch"]["markers"]["entry"] += [{"resource": one} for one in fill]
    if extra:
        body["prefetch"].update(extra)
    return json.dumps(body).encode()


def result(patient, number):
    return {
        "resourceType": "Observation",
        "id": f"fill-{number}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": f"20{10 + number % 15}-03-{1 + number % 28:02}T08:00:00Z",
        "valueQuantity": {"value": 4.1, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
        "note": [{"text": "serum, fasting; " * 18}],
    }


def post(body, path=HOOK, headers=(), length=None):
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


GET = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Seen:
    """Answers by status, and how long those of each took."""

    def __init__(self):
        self.codes = Counter()
        self.took = []

    def add(self, code, seconds):
        self.codes[code] += 1
        if code == 200:
            self.took.append(seconds)

    def at(self, share):
        took = sorted(self.took)
        return took[min(len(took) - 1, int(share * len(took)))] if took else None


async def connect(port):
    return await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)


async def read_answer(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next((int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:")), 0)
    if length:
        await reader.readexactly(length)
    return int(head.split()[1])


async def once(port, raw, seen=None, within=20):
    """One request on a connection of its own: its status, or why there was none."""
    start = time.monotonic()
    writer = None
    try:
        async with asyncio.timeout(within):
            reader, writer = await connect(port)
            writer.write(raw)
            code = await read_answer(reader)
    except TimeoutError:
        code = "none"
    except (OSError, asyncio.IncompleteReadError):
        code = "closed"
    finally:
        if writer:
            writer.close()
    if seen is not None:
        seen.add(code, time.monotonic() - start)
    return code


class Issuer:
    """A caller with a key of its own, made and used by openssl."""

    def __init__(self, work, name):
        self.name = f"https://{name}.example.org"
        self.key = Path(work) / f"{name}.pem"
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(self.key))
        public = run("openssl", "ec", "-in", str(self.key), "-pubout", "-outform", "DER")[-64:]
        self.jwks = {
            "keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "x": text(public[:32]), "y": text(public[32:])}]
        }

    def token(self, audience):
        now = int(time.time())
        claims = {"iss": self.name, "aud": audience, "iat": now, "exp": now + 300, "jti": str(uuid.uuid4())}
        parts = [{"alg": "ES256", "typ": "JWT", "kid": "k"}, claims]
        message = ".".join(text(json.dumps(part).encode()) for part in parts)
        signature = run("openssl", "dgst", "-sha256", "-sign", str(self.key), given=message.encode())
        return f"{message}.{text(plain(signature))}"


def run(*command, given=None):
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


def text(some):
    return base64.urlsafe_b64encode(some).rstrip(b"=").decode()


def plain(der):
    """Both numbers of a DER signature, 32 bytes each."""
    numbers, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        numbers += der[at + 2 : at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return numbers
