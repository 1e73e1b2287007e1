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
document.addEventListener("htmx:responseError", (event) => {
  const target = event.detail.target ?? event.target;
  target.textContent = document.body.dataset.failed;
});
