// Records as a small SVG: where there is no WebGL, and in print. Also what both drawings share: marks, extent, card, legend.
const NS = "http://www.w3.org/2000/svg";

// Colour, shape and word together, so that the mark reads without colour. Paths in a box of ±12.
export const KINDS = {
  closed: { colour: "--met", path: "M0-6A6 6 0 1 1 0 6 6 6 0 1 1 0-6Z", mark: "●" },
  open: { colour: "--late", path: "M0-7.5 7.5 0 0 7.5-7.5 0Z", mark: "◆" },
  expired: { colour: "--badly_late", path: "M-6-6H6V6H-6Z", mark: "■" },
  running: { colour: "--met", path: "M0 7.5 7-5.5H-7Z", mark: "▼" },
  still: { colour: "--no_data", path: "M0-7.5 7 5.5H-7Z", mark: "▲" },
  plain: { colour: "--on_track", path: "M0-7.5 7 5.5H-7Z", mark: "▲" },
};

export function eachPoint(geometry, visit) {
  const walk = (part) => (typeof part[0] === "number" ? visit(part) : part.forEach(walk));
  walk(geometry.coordinates);
}

// [west, south, east, north] in degrees; never less than `least` wide, so that a point has an extent.
export function bounds(features, least = 0.01) {
  const found = [Infinity, Infinity, -Infinity, -Infinity];
  for (const feature of features) {
    eachPoint(feature.geometry, ([x, y]) => {
      found[0] = Math.min(found[0], x); found[1] = Math.min(found[1], y);
      found[2] = Math.max(found[2], x); found[3] = Math.max(found[3], y);
    });
  }
  const grow = (low, high) => (high - low < least ? [low - least, high + least] : [low, high]);
  const [west, east] = grow(found[0], found[2]), [south, north] = grow(found[1], found[3]);
  return [west, south, east, north];
}

const make = (name, attributes = {}, text = "") => {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
};

function element(name, text, className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

// What a click shows: name, key, unit, state, and the way to the record.
export function card(id, about, words) {
  const made = element("div", "", "map-card-text");
  made.append(element("b", about.name));
  if (about.label && about.label !== about.name) made.append(element("span", about.label, "muted"));
  if (about.state) made.append(element("span", `${KINDS[about.kind].mark} ${about.state}`));
  if (about.unit) made.append(element("span", about.unit, "muted"));
  if (Number(about.blurred_km) && words.blur) made.append(element("span", words.blur.replace("%s", about.blurred_km), "muted"));
  if (about.synthetic === true || about.synthetic === "true") made.append(element("span", words.sim || "", "sim"));
  if (id !== undefined && words.link) {
    const link = element("a", words.more || "→");
    link.href = `${words.link}${id}/`;
    made.append(link);
  }
  return made;
}

export function legend(features, words) {
  const made = element("p", "", "map-key");
  const held = new Set(features.map((f) => f.properties.kind));
  if (held.size === 1 && held.has("plain")) return made;
  for (const kind of Object.keys(KINDS)) {
    if (!held.has(kind) || !words[kind]) continue;
    const line = element("span", "");
    const mark = element("i", KINDS[kind].mark, "mk");
    mark.style.color = `var(${KINDS[kind].colour})`;
    line.append(mark, ` ${words[kind] || kind}`);
    made.append(line);
  }
  return made;
}

// A length of 1, 2 or 5 × 10ⁿ m that is at most `metres`.
function round(metres) {
  const power = 10 ** Math.floor(Math.log10(metres));
  return [5, 2, 1].map((n) => n * power).find((n) => n <= metres);
}

// Equirectangular about the middle latitude: right to 1 % within a county.
export function plot(features, words) {
  const width = 800, height = 480, margin = 28;
  const [west, south, east, north] = bounds(features, Number(words.least) || undefined);
  const squeeze = Math.cos(((south + north) / 2) * (Math.PI / 180));
  const scale = Math.min((width - 2 * margin) / ((east - west) * squeeze), (height - 2 * margin) / (north - south));
  const at = ([x, y]) => [
    width / 2 + (x - (west + east) / 2) * squeeze * scale, height / 2 - (y - (south + north) / 2) * scale,
  ].map((n) => Math.round(n * 10) / 10);
  const drawn = make("svg", { class: "plot", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words.name || "" });
  for (const feature of features) {
    const about = feature.properties, kind = KINDS[about.kind] || KINDS.plain, { type, coordinates } = feature.geometry;
    const colour = `var(${kind.colour})`;
    const holder = words.link && feature.id !== undefined ? make("a", { href: `${words.link}${feature.id}/` }) : make("g");
    holder.append(make("title", {}, [about.name, about.state].filter(Boolean).join(" · ")));
    if (type === "Point") {
      const [x, y] = at(coordinates);
      holder.append(make("path", { d: kind.path, transform: `translate(${x} ${y})`, fill: colour, stroke: "#fff", "stroke-width": 1.5, "paint-order": "stroke" }));
    } else {
      const rings = type.startsWith("Multi") ? coordinates.flat(type === "MultiPolygon" ? 1 : 0) : type === "Polygon" ? coordinates : [coordinates];
      const closed = type.endsWith("Polygon");
      const d = rings.map((ring) => `M${ring.map((p) => at(p).join(" ")).join("L")}${closed ? "Z" : ""}`).join("");
      holder.append(make("path", { d, fill: closed ? colour : "none", "fill-opacity": 0.25, "fill-rule": "evenodd", stroke: colour, "stroke-width": closed ? 1.5 : 3 }));
    }
    drawn.append(holder);
  }
  const metres = round((120 / scale) * 111320), long = (metres / 111320) * scale;
  const foot = make("g", { class: "scale", transform: `translate(${margin} ${height - 12})` });
  foot.append(make("path", { d: `M0-6V0H${long}V-6`, fill: "none", stroke: "var(--muted)", "stroke-width": 1.5 }));
  foot.append(make("text", { x: long + 8, y: 0, fill: "var(--muted)", "font-size": 14 }, metres >= 1000 ? `${metres / 1000} km` : `${metres} m`));
  drawn.append(foot);
  return drawn;
}
