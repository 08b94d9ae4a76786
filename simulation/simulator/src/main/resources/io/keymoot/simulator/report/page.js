'use strict';
// Draws each <div class="plot"> from the JSON beside it, in the page's colours, light or dark.
(() => {
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const short = v => {
    if (v == null) return '–';
    const a = Math.abs(v);
    if (a >= 1e6) return +(v / 1e6).toPrecision(3) + ' M';
    if (a >= 1e4) return +(v / 1e3).toPrecision(3) + ' k';
    return String(+v.toPrecision(3));
  };
  const clock = v => {
    if (v == null) return '–';
    const s = Math.round(v), two = n => String(n).padStart(2, '0');
    return s < 3600 ? Math.floor(s / 60) + ':' + two(s % 60)
      : Math.floor(s / 3600) + ':' + two(Math.floor(s / 60) % 60) + ':' + two(s % 60);
  };
  const places = new Map();
  const placeOf = name => {
    if (!places.has(name)) places.set(name, places.size);
    return places.get(name);
  };
  const drawn = [];
  const draw = box => {
    const it = JSON.parse(box.nextElementSibling.textContent);
    const format = axis => axis.kind === 'time' ? clock : short;
    const width = box.clientWidth;
    const axis = (of, size) => ({
      label: of.label, labelSize: 18, labelFont: '12px system-ui', font: '12px system-ui', size,
      stroke: colour('--quiet'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false },
      values: (u, at) => at.map(v => v == null ? '' : format(of)(v)),
    });
    const series = it.lines.map((line, i) => {
      // Who is compared on a whole page keeps its colour from chart to chart.
      const place = line.style === 'MARKED' ? placeOf(line.name.split(' ∝')[0]) : i;
      const own = colour('--c' + place % 6);
      const one = { label: line.name, stroke: own, width: 2, spanGaps: true, value: (u, v) => format(it.y)(v) };
      if (line.style === 'STEPS') one.paths = uPlot.paths.stepped({ align: 1 });
      if (line.style === 'POINTS') { one.paths = () => null; one.points = { show: true, size: 6, fill: own }; }
      if (line.style === 'DOTTED') one.dash = [4, 5];
      if (place > 5) one.dash = [6, 4];
      if (line.style === 'MARKED') one.points = { show: true, size: 7, fill: own };
      return one;
    });
    const scale = of => of.kind === 'log' ? { distr: 3, log: 10 } : {};
    const yScale = scale(it.y);
    if (it.y.kind !== 'log') {
      yScale.range = (u, low, high) => {
        const top = high == null || high <= 0 ? 1 : high * 1.08;
        return [Math.min(0, low ?? 0), top];
      };
    }
    const plot = new uPlot({
      width, height: 260, cursor: { drag: { x: true, y: false } },
      scales: { x: { time: false, ...scale(it.x) }, y: yScale },
      axes: [axis(it.x, 34), axis(it.y, 58)],
      series: [{ label: it.x.label, value: (u, v) => format(it.x)(v) }, ...series],
      legend: { show: true, live: true },
    }, it.data, box);
    drawn.push([box, plot]);
  };
  const all = () => {
    drawn.splice(0).forEach(([box, plot]) => plot.destroy());
    document.querySelectorAll('.plot').forEach(draw);
  };
  all();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', all);
  addEventListener('resize', () => drawn.forEach(([box, plot]) =>
    plot.setSize({ width: box.clientWidth, height: 260 })));
})();
