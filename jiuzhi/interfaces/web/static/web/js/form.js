// Comfort of forms; every form works without it.
const pair = /^\D*?([+-]?\d+(?:\.\d+)?)[^\d.+-]+([+-]?\d+(?:\.\d+)?)\D*$/;

function place(fieldset) {
  const field = (name) => fieldset.querySelector(`[name="${name}"]`);
  const [lon, lat, crs] = ["lon", "lat", "crs"].map(field);
  if (!lon || !lat) return;
  for (const input of [lon, lat]) {
    input.addEventListener("paste", (event) => {
      const found = pair.exec(event.clipboardData.getData("text").trim());
      if (!found) return;
      event.preventDefault();
      // In China the longitude is always the larger of the two.
      const [low, high] = [found[1], found[2]].sort((a, b) => a - b);
      [lon.value, lat.value] = [high, low];
    });
  }
  const bar = fieldset.querySelector(".locate");
  if (!bar) return;
  bar.hidden = false;
  const button = bar.querySelector("[data-locate]");
  const said = bar.querySelector("[data-located]");
  if (!navigator.geolocation || !window.isSecureContext) {
    button.hidden = true;
    return;
  }
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        [lon.value, lat.value] = [coords.longitude.toFixed(6), coords.latitude.toFixed(6)];
        if (crs) crs.value = "WGS84"; // what browsers give
        said.textContent = `${fieldset.dataset.wordsFound} ${Math.round(coords.accuracy)} m`;
        button.disabled = false;
      },
      () => {
        said.textContent = fieldset.dataset.wordsNone;
        button.disabled = false;
      },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
}

for (const fieldset of document.querySelectorAll("[data-place]")) place(fieldset);

// The name of what is chosen stands below its key.
document.addEventListener("input", (event) => {
  const input = event.target.closest("[data-pick]");
  const said = input?.parentElement.querySelector("[data-picked]");
  if (!said) return;
  const found = [...input.list.options].find((o) => o.value === input.value);
  said.textContent = found && found.label !== found.value ? found.label : "";
});

// The first field to mend is where one goes on.
document.querySelector(".field.wrong :is(input, select, textarea)")?.focus();
