// The last change of key: what was sent, whom each part reached, and how it travelled.
import { at, bytes, count, h, since } from './draw.js';
import { light } from './table.js';

const STEP = 700;
const SHOWN = 40;

const KINDS = {
  refresh: 'under the key before',
  wrap: 'wrapped under a slot',
  relay: 'passed on by a relay',
  seal: 'sealed to one device',
  'offer-and-seal': 'sealed to one device, for the first time',
  tree: 'sealed down a tree',
};

let last = null;
let walking = 0;

export function drawCost(cost, { travel = false } = {}) {
  if (cost === null) {
    at('cost-line').textContent = 'There was none since this page looks on.';
    return;
  }
  const fresh = last === null || last.epoch !== cost.epoch || last.lines.length !== cost.lines.length;
  last = cost;
  if (fresh) {
    const by = cost.by === null ? 'Somebody' : cost.by;
    at('cost-line').textContent =
      `${by} made a key ${since(cost.at)} and told it with ${bytes(cost.bytes)} in ${count(cost.lines.length, 'entry', 'entries')}` +
      (cost.unreached > 0 ? `; ${count(cost.unreached, 'device')} had to ask for it.` : '.');
    const whole = Math.max(1, cost.lines.reduce((sum, line) => sum + line.bytes, 0));
    at('cost-bar').replaceChildren(
      ...cost.lines.map((line) => {
        const part = h('span', { class: `kind-${line.kind}`, title: `${line.kind}, ${bytes(line.bytes)}` });
        part.style.width = `${(100 * line.bytes) / whole}%`;
        return part;
      }),
    );
    const more = cost.lines.length - SHOWN;
    at('cost-lines').replaceChildren(
      ...cost.lines.slice(0, SHOWN).map((line) => h('li', {}, sentence(line))),
      ...(more > 0 ? [h('li', {}, `and ${count(more, 'entry', 'entries')} more`)] : []),
    );
    at('replay').hidden = cost.lines.length === 0;
  }
  if (travel) {
    walk();
  }
}

function sentence(line) {
  const way = line.position === undefined ? '' : ` (place ${line.position + 1}, symbol ${line.symbol.toString(16)})`;
  return `${KINDS[line.kind] || line.kind}${way}: reaches ${count(line.reaches, 'device')}, ${bytes(line.bytes)}. ${line.why}`;
}

/** Goes through the entries one after another, here and in the table. */
function walk() {
  clearTimeout(walking);
  const lines = last.lines.slice(0, SHOWN);
  const items = [...at('cost-lines').children];
  const step = (number) => {
    items.forEach((item, place) => item.classList.toggle('going', place === number));
    light(lines[number]);
    if (number < lines.length) {
      walking = setTimeout(() => step(number + 1), STEP);
    }
  };
  step(0);
}

at('replay').addEventListener('click', walk);
