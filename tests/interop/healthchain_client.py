"""healthchain as the CDS Hooks client of an EHR: reads discovery with its models, fills the prefetch templates from a FHIR
server, sends the calls with its sandbox client and reads the cards with its models.

healthchain_client.py SERVICE_URL FHIR_BASE PNET_CDS"""

import copy
import json
import subprocess
import sys
from urllib.parse import quote

from healthchain.models.responses.cdsdiscovery import CDSServiceInformation
from healthchain.models.responses.cdsresponse import CDSResponse
from healthchain.sandbox import SandboxClient
from healthchain.sandbox.requestconstructors import CdsRequestConstructor
from healthchain.sandbox.workflows import Workflow
from pydantic import ValidationError

from calls import SERVICE, call, charts, differences, verdicts

service, fhir, binary = sys.argv[1:]


def prefetch(templates, patient):
    """Every template, filled as an EHR fills it."""
    answers = {}
    for name, template in templates.items():
        query = template.replace("{{context.patientId}}", patient)
        # `|` as it stands in a template is no character of an address; Tomcat answers it with 400
        status, answer = call("GET", f"{fhir}/{quote(query, safe='/?=&,:')}")
        if status != 200:
            sys.exit(f"healthchain: {patient}: {name}: {status}")
        answers[name] = answer
    return answers


def expected(path):
    ended = subprocess.run([binary, "assess", path, "--format", "cards"], capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)["cards"]


_, discovered = call("GET", f"{service}/cds-services")
offered = {offer.id: offer for offer in CDSServiceInformation(**discovered).services}[SERVICE]
if offered.hook != Workflow.patient_view.value:
    sys.exit(f"healthchain: the hook of {SERVICE} is {offered.hook}")
print(f"healthchain: discovery read: {offered.id}, hook {offered.hook}, {len(offered.prefetch)} templates")

client = SandboxClient(url=f"{service}/cds-services/{SERVICE}", workflow=Workflow.patient_view, timeout=60)
for patient, _ in charts():
    # the client's own loaders take a random patient id, so the request is built by its constructor
    context = {"userId": "Practitioner/interop", "patientId": patient}
    request = CdsRequestConstructor().construct_request(
        prefetch(offered.prefetch, patient), Workflow.patient_view, context
    )
    client.requests.append(request)
answers = client.send_requests()

# What healthchain's models ask for beyond CDS Hooks 2.0.1, with what is filled in for it to read the rest.
# Suggestion.isRecommended is OPTIONAL in 2.0.1; the model gives it no default, so it has to be there.
BEYOND = {("cards", "suggestions", "isRecommended", "missing")}


def faults(answer):
    """What the models do not accept, without the positions in lists."""
    try:
        CDSResponse(**answer)
    except ValidationError as error:
        return {
            (*(step for step in fault["loc"] if isinstance(step, str)), fault["type"]) for fault in error.errors()
        }
    return set()


def filled(answer):
    """The answer with what the models ask for beyond the specification."""
    completed = copy.deepcopy(answer)
    for card in completed["cards"]:
        for suggestion in card.get("suggestions", []):
            suggestion.setdefault("isRecommended", False)
    return completed


failed = False
accepted = cards = compared = suggestions = 0
beyond = set()
for (patient, path), answer in zip(charts(), answers, strict=True):
    if "cards" not in answer:
        failed = True
        print(f"healthchain: {patient}: refused")
        continue
    accepted += 1
    found = faults(answer)
    beyond |= found & BEYOND
    wrong = {"model": sorted(found - BEYOND)} if found - BEYOND else {}
    left = faults(filled(answer))
    if left:
        wrong["model, filled in"] = sorted(left)
    else:
        read = CDSResponse(**filled(answer)).cards
        cards += len(read)
        suggestions += sum(len(card.suggestions or []) for card in read)
        if [card.summary for card in read] != [card["summary"] for card in answer["cards"]]:
            wrong["summaries"] = "not as sent"
    # what the client hands on is the raw answer where its model refused it, and loses `extension` where it did not
    raw = [card for card in answer["cards"] if "extension" in card]
    if len(raw) == len(answer["cards"]):
        filed = verdicts(expected(path))
        compared += len(filed)
        wrong |= differences(filed, verdicts(raw))
    if wrong:
        failed = True
        print(f"healthchain: {patient}: {wrong}")

for fault in sorted(beyond):
    print(f"healthchain: its model asks for more than CDS Hooks 2.0.1: {'.'.join(fault)}")
print(
    f"healthchain: {accepted} of {len(charts())} calls accepted, {cards} cards and {suggestions} suggestions read by its "
    f"models, {compared} verdicts equal to those of the files"
)
sys.exit(1 if failed or not cards or not compared else 0)
