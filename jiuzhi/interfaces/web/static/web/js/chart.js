// One place for how charts look. ECharts is loaded only when a chart comes near the screen.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const ink = () => ({
  ink: css("--ink"), muted: css("--muted"), line: css("--line"), brand: css("--brand"),
  on: css("--on_track"), bad: css("--badly_late"), late: css("--late"), card: css("--card"),
});

export function base(rem) {
  const c = ink();
  return {
    animation: false,
    textStyle: { fontFamily: css("--han") || "sans-serif", color: c.muted, fontSize: 0.8 * rem },
    grid: { left: 8, right: 12, top: 3.5 * rem, bottom: 12, containLabel: true },
    tooltip: {
      trigger: "axis", confine: true, backgroundColor: c.card, borderColor: c.line,
      textStyle: { color: c.ink, fontSize: 0.85 * rem },
    },
  };
}

export const axis = (extra = {}) => {
  const c = ink();
  return {
    axisLine: { lineStyle: { color: c.muted } },
    axisTick: { show: false },
    axisLabel: { color: c.muted, hideOverlap: true },
    splitLine: { lineStyle: { color: c.line } },
    ...extra,
  };
};

export function simMark(word, rem) {
  if (!word) return [];
  return [{
    type: "text", right: 4, top: 0, silent: true,
    style: { text: word, fontFamily: css("--han"), fill: "#7a4b00", fontSize: 0.8 * rem, backgroundColor: "#fff5dd", padding: [2, 6], borderRadius: 4 },
  }];
}

export async function mount(id, dataId, option) {
  const box = document.getElementById(id);
  const start = async () => {
    const echarts = await import("echarts");
    const draw = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const data = JSON.parse(document.getElementById(dataId).textContent);
      const zoom = chart.getOption()?.dataZoom?.[0];
      chart.setOption(option(data, rem, box.clientWidth), true);
      if (zoom && (zoom.start > 0 || zoom.end < 100)) chart.dispatchAction({ type: "dataZoom", start: zoom.start, end: zoom.end });
    };
    const chart = echarts.init(box, null, { renderer: "svg" });
    draw();
    box.dataset.ready = "yes";
    new ResizeObserver(() => { chart.resize(); draw(); }).observe(box);
    box.addEventListener("redraw", draw); // the data came anew
    addEventListener("beforeprint", () => chart.resize({ width: 680 }));
    addEventListener("afterprint", () => chart.resize());
  };
  if (!("IntersectionObserver" in window)) return start();
  const watch = new IntersectionObserver((seen) => {
    if (seen.some((s) => s.isIntersecting)) { watch.disconnect(); start(); }
  }, { rootMargin: "300px" });
  watch.observe(box);
}
