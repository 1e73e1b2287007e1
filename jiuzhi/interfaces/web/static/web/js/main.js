// Comfort only: every page reads and works without it.
import "htmx";

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.pop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.pop[open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
  if (event.key === "/" && !event.target.closest("input,textarea,select")) {
    event.preventDefault();
    document.querySelector(".top input[type=search]")?.focus();
  }
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-details]");
  if (!button) return;
  const open = button.dataset.details === "open";
  for (const part of document.querySelectorAll(button.dataset.in)) part.open = open;
});
// What was left empty does not lengthen the address.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-autosubmit]")) return;
  for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
});
// Rows ticked for a bulk edit: all of the page at once, and how many.
document.addEventListener("change", (event) => {
  const rows = [...document.querySelectorAll("input[name=_pk]")];
  if (event.target.matches("[data-pick-all]")) for (const row of rows) row.checked = event.target.checked;
  if (event.target.matches("[data-pick-all], input[name=_pk]")) showPicked(rows);
});
function showPicked(rows = [...document.querySelectorAll("input[name=_pk]")]) {
  const button = document.querySelector("[data-needs-pick]");
  if (!button) return;
  const n = rows.filter((row) => row.checked).length;
  button.disabled = n === 0;
  button.querySelector("[data-picked]").textContent = n || "";
}
showPicked();
document.addEventListener("htmx:afterSettle", () => showPicked());
document.addEventListener("htmx:responseError", (event) => {
  const target = event.detail.target ?? event.target;
  target.textContent = document.body.dataset.failed;
});
if (document.querySelector("[data-map]")) import("jiuzhi/map");
