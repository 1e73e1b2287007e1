// One or several series over time, with an axis for each unit; values that cannot be used are hollow marks beside their line.
import { axis, base, ink, mount, simMark } from "jiuzhi/chart";

// Apart in hue and lightness, so that six lines stay apart without colour too; the dash helps from the third on.
const LOOKS = [["#2a6cb0", "solid"], ["#b35c00", "solid"], ["#1b7f4d", "dashed"], ["#7a3e9d", "dashed"], ["#111827", "dotted"], ["#0e7490", "dotted"]];

function option(d, rem, width) {
  const c = ink(), many = d.lines.length > 1, marked = d.lines.some((l) => l.bad.length);
  const rows = many || marked ? Math.ceil((d.lines.length + (marked ? 1 : 0)) / Math.max(1, Math.floor((width - 6 * rem) / (11 * rem)))) : 0;
  const count = Math.max(...d.lines.map((l) => l.data.length), 0);
  const unit = (l) => d.axes[l.axis].unit;
  const lines = d.lines.map((l, n) => ({
    type: "line", name: l.name, yAxisIndex: l.axis, data: l.data, connectNulls: false, showSymbol: l.data.length < 40, symbolSize: 5,
    lineStyle: { color: LOOKS[n][0], width: 1.6, type: LOOKS[n][1] }, itemStyle: { color: LOOKS[n][0] }, sampling: "minmax",
    tooltip: { valueFormatter: (v) => (v === null || v === undefined ? "—" : `${v} ${unit(l)}`) },
  }));
  const bad = d.lines.filter((l) => l.bad.length).map((l) => ({
    type: "scatter", name: many ? `${l.name} ${d.badWord}` : d.badWord, yAxisIndex: l.axis, data: l.bad, symbol: "diamond", symbolSize: 9,
    itemStyle: { color: "transparent", borderColor: c.bad, borderWidth: 1.5 },
    tooltip: { valueFormatter: (v) => (v === null || v === undefined ? "—" : `${v} ${unit(l)}`) },
  }));
  return {
    ...base(rem),
    legend: rows ? { type: "plain", top: 0, left: 0, width: width - (d.sim ? 6 * rem : 0), itemWidth: 1.6 * rem, textStyle: { color: c.ink, fontSize: 0.8 * rem } } : undefined,
    grid: { left: 8, right: d.axes.length > 1 ? 8 : 26, top: (2.4 + 1.5 * rows) * rem, bottom: count > 60 ? 3 * rem : 12, containLabel: true },
    xAxis: axis({ type: "time", min: d.from, max: d.to, splitLine: { show: false }, axisLabel: { color: c.muted, hideOverlap: true, formatter: { year: "{yyyy}-01", month: "{yyyy}-{MM}", day: "{MM}-{dd}", hour: "{HH}:{mm}", minute: "{HH}:{mm}" } } }),
    yAxis: d.axes.map((a, n) => axis({
      type: "value", scale: !a.zero, min: a.zero ? 0 : undefined, name: a.unit, position: n ? "right" : "left", splitLine: { show: n === 0, lineStyle: { color: c.line } },
      nameTextStyle: { color: c.muted, align: n ? "right" : "left" },
    })),
    dataZoom: count > 60 ? [{ type: "slider", height: 1.2 * rem, bottom: 6, borderColor: c.line, fillerColor: "rgba(20,92,67,.08)", showDetail: false, brushSelect: false }] : [],
    series: [...lines, ...bad],
    graphic: simMark(d.sim, rem),
  };
}

export const draw = (id, dataId) => mount(id, dataId, option);
