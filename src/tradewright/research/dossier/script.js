"use strict";
(() => {
  const data = JSON.parse(document.getElementById("dossier-data").textContent);
  const PAGE_ROWS = 25;
  const isTouch = matchMedia("(pointer: coarse)").matches;

  // Colours are names of the style sheet, so that light, dark and paper share one list.
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const resolve = (value) => {
    if (typeof value === "string") {
      if (value === "heat") return [[0, colour("--loss")], [0.5, colour("--panel")], [1, colour("--gain")]];
      if (value.startsWith("@")) return data.columns[value.slice(1)];
      return value.startsWith("var(") ? colour(value.slice(4, -1)) : value;
    }
    if (Array.isArray(value)) return value.map(resolve);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, literal(key) ? inner : resolve(inner)]));
  };

  // Categories and hover words come from the study: they are text even where they look like a colour's name.
  const literal = (key) => key === "customdata" || key === "text" || key === "title";
  const isColumn = (value) => typeof value === "string" && value.startsWith("@");
  const traceOf = (trace) => ({
    ...resolve({ ...trace, x: null, y: null }),
    x: isColumn(trace.x) ? resolve(trace.x) : trace.x,
    y: isColumn(trace.y) ? resolve(trace.y) : trace.y,
  });

  const axisOf = (own) => ({
    gridcolor: colour("--rule"), zerolinecolor: colour("--quiet"), linecolor: colour("--rule"),
    automargin: true, fixedrange: isTouch, ...own,
  });

  const layoutOf = (chart, isLog) => {
    const own = chart.layout;
    const y = { ...own.yaxis };
    if (isLog !== null) y.type = isLog ? "log" : "linear";
    if (isLog === false) { delete y.tick0; delete y.dtick; }
    return {
      height: own.height || (chart.id === "equity" ? 400 : 260),
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("--quiet"), activecolor: colour("--ink") },
      margin: { l: 56, r: 12, t: 34, b: 36 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("--ink") },
      hoverlabel: { bgcolor: colour("--panel"), bordercolor: colour("--rule"), font: { color: colour("--ink") } },
      legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" }, showlegend: chart.traces.length > 1 && chart.id !== "grid",
      dragmode: isTouch ? false : "zoom", hovermode: own.hovermode || "closest", bargap: 0.08,
      xaxis: axisOf(own.xaxis), yaxis: axisOf(y),
    };
  };

  const options = {
    responsive: true, displaylogo: false, displayModeBar: isTouch ? false : "hover", showLink: false, showSendToCloud: false,
    plotlyServerURL: "", topojsonURL: "", typesetMath: false, modeBarButtonsToRemove: ["lasso2d", "select2d", "autoScale2d"],
  };

  const scales = {};
  const placeOf = (chart) => document.getElementById(`chart-${chart.id}`);

  const draw = async (chart) => {
    const place = placeOf(chart);
    const isLog = chart.id in scales ? scales[chart.id] : null;
    place.closest("figure").classList.add("drawn");
    try {
      await Plotly.react(place, chart.traces.map(traceOf), layoutOf(chart, isLog), options);
    } catch (failure) {
      // The static picture is still there: better that than an empty frame.
      place.closest("figure").classList.remove("drawn");
      console.error(`chart ${chart.id} could not be drawn`, failure);
    }
  };

  const twins = document.querySelectorAll("details.twin");
  const isDrawn = (name) => document.querySelector(`.drawn #chart-${name}`) !== null;
  const drawAll = () => Promise.all(data.charts.map(draw));

  // Charts over time zoom together: what happened in the drawdown is then visible in the exposure.
  const joinZoom = (chart) => {
    if (!chart.group) return;
    placeOf(chart).on("plotly_relayout", (change) => {
      const isReset = change["xaxis.autorange"] === true;
      const from = change["xaxis.range[0]"], to = change["xaxis.range[1]"];
      if (!isReset && from === undefined) return;
      for (const other of data.charts) {
        if (other.group !== chart.group || other.id === chart.id) continue;
        const axis = placeOf(other).layout.xaxis;
        const isThere = isReset ? axis.autorange === true : axis.range && axis.range[0] === from && axis.range[1] === to;
        if (!isThere) Plotly.relayout(placeOf(other), isReset ? { "xaxis.autorange": true } : { "xaxis.range[0]": from, "xaxis.range[1]": to });
      }
    });
  };

  const offerScale = (button) => {
    const chart = data.charts.find((one) => one.id === button.dataset.scale);
    scales[chart.id] = true;
    button.hidden = false;
    button.addEventListener("click", () => {
      scales[chart.id] = !scales[chart.id];
      button.textContent = scales[chart.id] ? "Linear scale" : "Logarithmic scale";
      draw(chart);
    });
  };

  const make = (name, words, parent) => {
    const element = document.createElement(name);
    element.textContent = words;
    parent.append(element);
    return element;
  };

  const page = (table) => {
    const rows = [...table.tBodies[0].rows];
    if (rows.length <= PAGE_ROWS) return;
    let at = 0;
    const last = Math.ceil(rows.length / PAGE_ROWS) - 1;
    const bar = document.createElement("div");
    bar.className = "pager";
    const steps = [["First", () => 0], ["Previous", () => at - 1], ["Next", () => at + 1], ["Last", () => last]];
    const buttons = steps.map(([words, to]) => {
      const button = make("button", words, bar);
      button.type = "button";
      button.addEventListener("click", () => show(to()));
      return button;
    });
    const status = make("span", "", bar);
    status.setAttribute("role", "status");
    const show = (wanted) => {
      at = Math.min(last, Math.max(0, wanted));
      rows.forEach((row, k) => { row.hidden = k < at * PAGE_ROWS || k >= (at + 1) * PAGE_ROWS; });
      buttons.forEach((button, k) => { button.disabled = k < 2 ? at === 0 : at === last; });
      status.textContent = `${at * PAGE_ROWS + 1} to ${Math.min(rows.length, (at + 1) * PAGE_ROWS)} of ${rows.length}`;
    };
    show(0);
    table.parentElement.before(bar);
  };

  document.querySelectorAll("#every-trade").forEach(page);
  document.querySelectorAll("button[data-scale]").forEach(offerScale);
  drawAll().then(() => {
    data.charts.filter((chart) => placeOf(chart).on).forEach(joinZoom);
    twins.forEach((twin) => { twin.open = !isDrawn("grid"); });
    document.documentElement.dataset.drawn = String(document.querySelectorAll("figure.drawn").length);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  addEventListener("beforeprint", () => twins.forEach((twin) => { twin.open = true; }));
})();
