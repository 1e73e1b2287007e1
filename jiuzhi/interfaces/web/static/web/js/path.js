// A promise's way: values so far, the path it should follow, the target, and the fan of the forecast.
import { axis, base, ink, mount, simMark } from "jiuzhi/chart";

const year = (period) => {
  const [y, m] = String(period).split("-").map(Number);
  return m ? y + (m - 0.5) / 12 : y;
};
const show = (v) => (v === null || v === undefined ? "—" : String(Number(v.toFixed(Math.abs(v) >= 1000 ? 1 : Math.abs(v) >= 1 ? 2 : 3))));

function option(d, rem, width) {
  const c = ink();
  const seen = d.series.filter((p) => p.value !== null);
  // A year that has not ended is no point of the line: an open circle, joined by dots.
  const whole = seen.filter((p) => p.complete);
  const open = seen.filter((p) => !p.complete);
  const dots = whole.map((p) => ({
    value: [year(p.period), p.value], period: p.label, symbol: "circle", symbolSize: 7,
  }));
  const soFar = [...(open.length ? whole.slice(-1) : []), ...open].map((p) => ({
    value: [year(p.period), p.value], period: p.label, symbol: p.complete ? "none" : "emptyCircle", symbolSize: 10,
    label: { show: !p.complete },
  }));
  const years = [...seen.map((p) => year(p.period)), ...d.path.map((p) => p.year), ...d.fan.map((f) => f[0])];
  if (d.target.year) years.push(d.target.year);
  const low = Math.min(...years), high = Math.max(...years);
  const every = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, n) => Math.ceil(low) + n);
  const series = [];
  if (d.fan.length) {
    const last = seen.at(-1);
    const start = last && d.fan[0][0] > year(last.period) ? [[year(last.period), last.value, last.value, last.value]] : [];
    const fan = [...start, ...d.fan];
    series.push(
      { name: "low", type: "line", stack: "fan", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, data: fan.map((f) => [f[0], f[1]]), tooltip: { show: false }, silent: true },
      { name: d.words.fan, type: "line", stack: "fan", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, areaStyle: { color: c.on, opacity: 0.16 }, itemStyle: { color: c.on, opacity: 0.3 }, data: fan.map((f) => [f[0], f[3] - f[1]]), silent: true },
      { name: d.words.median, type: "line", symbol: "none", lineStyle: { color: c.on, type: "dashed", width: 1.8 }, itemStyle: { color: c.on }, data: fan.map((f) => [f[0], f[2]]) },
    );
  }
  if (d.path.length) {
    series.push({ name: d.words.path, type: "line", symbol: "none", lineStyle: { color: c.muted, type: "dotted", width: 1.8 }, itemStyle: { color: c.muted }, data: d.path.map((p) => [p.year, p.value]) });
  }
  series.push({
    name: d.words.seen, type: "line", lineStyle: { color: c.ink, width: 2 }, itemStyle: { color: c.ink }, data: dots, z: 5,
    label: { show: true, position: "top", color: c.ink, fontSize: 0.8 * rem, textBorderColor: c.card, textBorderWidth: 3, formatter: (p) => (p.dataIndex >= dots.length - 2 || width > 620 ? show(p.value[1]) : "") },
    labelLayout: { hideOverlap: true },
    markLine: d.target.value === null ? undefined : {
      silent: true, symbol: "none", z: 3, lineStyle: { color: c.bad, type: "dashed", width: 1.6 },
      // over the values so far, which end where the forecast begins; a plate behind it keeps lines out of the words
      label: { formatter: d.target.label + (d.target.year ? `（${d.target.year}）` : ""), position: "insideStartTop", color: c.bad, fontSize: 0.8 * rem, backgroundColor: c.card, padding: [1, 4] },
      data: [{ yAxis: d.target.value }],
    },
  });
  if (soFar.length) {
    series.push({
      name: d.words.soFar, type: "line", data: soFar, z: 6, lineStyle: { color: c.ink, width: 1.4, type: "dotted" }, itemStyle: { color: c.ink, borderWidth: 2 },
      label: { position: "bottom", distance: 8, color: c.ink, fontSize: 0.8 * rem, formatter: (p) => `${d.words.soFar} ${show(p.value[1])}` },
    });
  }
  const values = [...seen.map((p) => p.value), ...d.path.map((p) => p.value), ...d.fan.flatMap((f) => f.slice(1)), d.target.value].filter((v) => v !== null && v !== undefined);
  const top = Math.max(...values), bottom = Math.min(...values);
  const room = (top - bottom || Math.abs(top) || 1) * 0.12;
  // Steps of 1, 2 or 5, so that every line of the axis is a number people read.
  const rough = (top - bottom || Math.abs(top) || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
  const nice = (v, up) => Number(((up ? Math.ceil : Math.floor)(v / step) * step).toPrecision(12));
  return {
    ...base(rem),
    grid: { ...base(rem).grid, right: 2 * rem, top: (width < 480 ? 5.6 : 4.4) * rem },
    legend: { top: 0, left: 0, width: width - (d.words.sim ? 6 * rem : 0), itemHeight: 8, itemWidth: 18, textStyle: { color: c.muted, fontSize: 0.8 * rem }, data: series.map((s) => s.name).filter((n) => n !== "low") },
    xAxis: axis({ type: "value", min: low - 0.4, max: high + 0.4, splitLine: { show: false }, axisLabel: { color: c.muted, customValues: every, formatter: String, hideOverlap: true }, axisTick: { show: true, customValues: every } }),
    yAxis: axis({ type: "value", scale: true, interval: step, min: bottom >= 0 ? Math.max(0, nice(bottom - room, false)) : nice(bottom - room, false), max: d.unit === "%" && top <= 100 ? Math.min(100, nice(top + room, true)) : nice(top + room, true), name: d.unit, nameTextStyle: { color: c.muted, align: "left", padding: [0, 0, 4, -4] }, nameGap: 0.6 * rem, nameLocation: "end" }),
    series,
    graphic: simMark(d.words.sim, rem),
    tooltip: {
      ...base(rem).tooltip,
      formatter: (items) => {
        const at = items[0]?.axisValue;
        const lines = items.filter((i) => i.seriesName !== "low" && i.seriesName !== d.words.fan).map((i) => `${i.marker}${i.seriesName} <b>${show(i.value[1])}</b> ${d.unit}`);
        const fan = d.fan.find((f) => f[0] === Math.round(at));
        if (fan) lines.push(`${d.words.fan} <b>${show(fan[1])} – ${show(fan[3])}</b>`);
        return `${items[0]?.data?.period ?? Math.round(at)}<br>${lines.join("<br>")}`;
      },
    },
  };
}

export const draw = (id, dataId) => mount(id, dataId, option);
