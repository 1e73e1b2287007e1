// What a station measured, with the limits that held on each day.
import { axis, base, ink, mount, simMark } from "jiuzhi/chart";

// The next round number, so that the top of the axis is one people read.
const nice = (v) => {
  if (!(v > 0)) return undefined;
  const step = 10 ** Math.floor(Math.log10(v)) / 2;
  return Math.ceil(v / step) * step;
};

function option(d, rem) {
  const c = ink();
  const limits = d.limits.map((l) => [
    { coord: [l.from, l.value], label: { show: true, position: "insideStartTop", formatter: l.label, color: c.bad, fontSize: 0.78 * rem, backgroundColor: c.card, padding: [1, 4] } },
    { coord: [l.to, l.value] },
  ]);
  const values = [...d.points.map((p) => p[1]), ...d.limits.map((l) => l.value)].filter((v) => v !== null);
  const top = Math.max(...values, 0);
  return {
    ...base(rem),
    grid: { left: 8, right: 26, top: 2.4 * rem, bottom: d.points.length > 60 ? 3 * rem : 12, containLabel: true },
    xAxis: axis({ type: "time", splitLine: { show: false }, axisLabel: { color: c.muted, hideOverlap: true, formatter: { year: "{yyyy}-01", month: "{yyyy}-{MM}", day: "{MM}-{dd}" } } }),
    yAxis: axis({ type: "value", scale: true, min: d.monthly ? undefined : 0, max: nice(top * 1.06), name: d.unit, nameTextStyle: { color: c.muted, align: "left" } }),
    dataZoom: d.points.length > 60 ? [{ type: "slider", height: 1.2 * rem, bottom: 6, borderColor: c.line, fillerColor: "rgba(20,92,67,.08)", showDetail: false, brushSelect: false }] : [],
    series: [{
      type: "line", name: d.name, data: d.points, showSymbol: d.points.length < 40, symbolSize: 5, connectNulls: false,
      lineStyle: { color: c.on, width: 1.6 }, itemStyle: { color: c.on },
      markLine: limits.length ? { silent: true, symbol: "none", lineStyle: { color: c.bad, type: "dashed", width: 1.4 }, data: limits } : undefined,
    }],
    graphic: simMark(d.sim, rem),
    tooltip: { ...base(rem).tooltip, valueFormatter: (v) => (v === null || v === undefined ? "—" : `${v} ${d.unit}`) },
  };
}

export const draw = (id, dataId) => mount(id, dataId, option);
