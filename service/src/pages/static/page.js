// What the pages need beyond reading: choosing without losing one's place, feedback, copying, dropping a file.
"use strict";

const say = (text) => {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
};

// Buttons of the state form fetch the page and exchange the parts that differ.
async function live(form, button) {
  const fields = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.action, { method: "POST", body: fields });
  return { ok: answer.ok, text: await answer.text(), type: answer.headers.get("Content-Type") || "" };
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.matches("[data-live]") || (button && button.hasAttribute("data-page"))) return;
  event.preventDefault();
  if (button && button.dataset.json) return showJson(form, button);
  const answer = await live(form, button);
  if (!answer.type.startsWith("text/html")) return say("The service did not answer.");
  const page = new DOMParser().parseFromString(answer.text, "text/html");
  for (const part of document.querySelectorAll("[data-part]")) {
    const other = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (other) part.replaceWith(document.adoptNode(other));
  }
  ready();
  const id = button ? button.id : "fact";
  const back = document.getElementById({ change: "supposed", forget: "fact" }[id] || id);
  if (back) back.focus({ preventScroll: true });
  const title = document.getElementById(id.startsWith("option-") ? "tree-title" : "suppose-title");
  const verdict = document.querySelector("#option .verdict");
  const moves = document.querySelectorAll(".hypothesis tbody tr").length;
  say(id.startsWith("option-") ? `${title.textContent}: ${verdict.textContent}` : `${moves} conclusions move.`);
});

async function showJson(form, button) {
  const place = document.getElementById(button.dataset.json);
  const open = button.getAttribute("aria-expanded") === "true";
  for (const each of document.querySelectorAll("[data-json]")) each.setAttribute("aria-expanded", "false");
  place.hidden = open;
  if (open) return;
  button.setAttribute("aria-expanded", "true");
  place.textContent = (await live(form, button)).text;
  place.setAttribute("aria-label", button.textContent);
}

async function feedback(card, told, said) {
  const place = card.querySelector(".answered");
  const body = { feedback: [{ card: card.dataset.card, outcomeTimestamp: new Date().toISOString(), ...told }] };
  const url = `cds-services/${card.dataset.service}/feedback`;
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  place.textContent = answer.ok ? said : `The feedback was not kept (${answer.status}).`;
  return answer.ok;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const card = button.closest("[data-card]");
  if (button.dataset.accept) {
    const told = { outcome: "accepted", acceptedSuggestions: [{ id: button.dataset.accept }] };
    if (await feedback(card, told, `Accepted: ${button.textContent}. The feedback is kept.`)) button.disabled = true;
  } else if (button.hasAttribute("data-dismiss")) {
    const reason = card.querySelector("input[type=radio]:checked");
    const told = { outcome: "overridden" };
    if (reason) told.overrideReason = { reason: { code: reason.value, system: reason.dataset.system } };
    if (await feedback(card, told, "Dismissed. The feedback is kept.")) {
      card.classList.add("dismissed");
      card.querySelector(".dismiss").open = false;
    }
  } else if (button.dataset.copy) {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    say("Copied.");
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) document.getElementById("change")?.click();
});

// A file that is dropped stands in the field, where it can be read before it is sent.
for (const field of document.querySelectorAll("[data-drop]")) {
  field.addEventListener("dragover", (event) => event.preventDefault());
  field.addEventListener("drop", async (event) => {
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    field.value = await file.text();
  });
}

// What only works with this script shows itself with it.
function ready() {
  for (const button of document.querySelectorAll("[data-accept], [data-dismiss]")) button.disabled = false;
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}
ready();
