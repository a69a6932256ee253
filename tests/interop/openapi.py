"""Judges the answers for every bundled patient, and the samples of service/docs, by the schemas of the service's own OpenAPI
document.

openapi.py SERVICE_URL"""

import json
import pathlib
import sys
import urllib.request
import uuid

import jsonschema_rs

service = sys.argv[1]


def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(service + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


document = call("/openapi.json")


def validator(schema):
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": f"#/components/schemas/{schema}"}
    return jsonschema_rs.validator_for({**whole, "components": document["components"]}, validate_formats=True)


judges = {name: validator(name) for name in ("Discovery", "HookRequest", "Cards", "Feedback", "Assessment", "Bundle")}
judged = {name: 0 for name in judges}
wrong = []


def judge(name, what, answer):
    judged[name] += 1
    for error in judges[name].iter_errors(answer):
        wrong.append(f"{what}: {name}{''.join(f'/{part}' for part in error.instance_path)}: {error.message[:200]}")


judge("Discovery", "discovery", call("/cds-services"))
patients = sorted(path.stem for path in (pathlib.Path(__file__).parents[2] / "service/demo/patients").glob("*.json"))
cards = warnings = 0
for patient in patients:
    request = {
        "hook": "patient-view",
        "hookInstance": str(uuid.uuid4()),
        "fhirServer": f"{service}/sandbox/fhir",
        "context": {"userId": "Practitioner/demo", "patientId": patient},
    }
    answer = call("/cds-services/pnet-liver-metastases", request)
    cards += len(answer["cards"])
    judge("Cards", patient, answer)
    order = {
        "resourceType": "ServiceRequest",
        "id": "draft",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"text": "TACE"},
    }
    orders = {"draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": order}]}}
    signed = {**request, "hook": "order-sign", "context": {**request["context"], **orders}}
    answer = call("/cds-services/pnet-order-sign", signed)
    warnings += sum(card["indicator"] == "warning" for card in answer["cards"])
    judge("Cards", f"{patient}, TACE", answer)
    judge("Assessment", patient, call("/assessment", request))
    judge("Bundle", patient, call(f"/sandbox/fhir/Condition?patient={patient}&_count=500"))

for sample in sorted((pathlib.Path(__file__).parents[2] / "service/docs/samples").glob("*.json")):
    name, part, _ = sample.name.split(".")
    schema = "Cards" if part == "answer" else "Feedback" if name == "feedback" else "HookRequest"
    judge(schema, sample.name, json.loads(sample.read_text()))
if judged["HookRequest"] < 6 or not judged["Feedback"]:
    wrong.append("samples are missing")

# A judge that lets everything pass is none.
if judges["Cards"].is_valid({"cards": [{"summary": "x" * 140}]}):
    wrong.append("a card of 140 characters without a source passes")
if judges["HookRequest"].is_valid({"hook": "patient-view", "hookInstance": "1", "context": {}}):
    wrong.append("a request without a user passes")
if not cards or not warnings:
    wrong.append("no card, or no warning on an order, was judged")
print(f"openapi: {judged}, {cards} cards, {warnings} warnings on orders: {len(wrong)} faults")
if wrong:
    sys.exit("\n".join(wrong[:40]))
