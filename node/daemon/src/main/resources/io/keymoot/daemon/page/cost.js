// The last change of key: what was sent, whom each part reached, and how it travelled, through the table and to whom.
import { at, bytes, count, h, rows, since } from './draw.js';
import { light } from './table.js';

const STEP = 900;
const SHOWN = 40;
const CHIPS = 60;

const KINDS = {
  refresh: 'under the key before',
  wrap: 'wrapped under a slot',
  relay: 'passed on by a relay',
  seal: 'sealed to one device each',
  'offer-and-seal': 'sealed to one device each, for the first time',
  tree: 'handed down from one to eight',
  credential: 'the credential of who did it, said along with it',
};

/** The same for whom it reached. */
const WAYS = {
  refresh: 'by the key before',
  wrap: 'by a slot',
  relay: 'by a relay',
  seal: 'by a seal',
  'offer-and-seal': 'by a seal',
  tree: 'by the tree',
};

let last = null;
let gone = 0; // of its entries, those that are shown as gone out
let walking = 0;
let people = [];
let pinned = false;

/** Who is in, this device under its own name. */
export function know(members) {
  people = members.map((member) => ({ name: member.name, self: member.self, device: member.device }));
  drawReach(gone); // it may be on its way just now
}

/** An older change that a person wants to see; the next one takes its place. */
export function pin(cost) {
  pinned = true;
  show(cost);
  walk();
  at('cost-title').scrollIntoView({ block: 'nearest' });
}

export function drawCost(cost, { travel = false } = {}) {
  pinned &&= !travel;
  if (!pinned) {
    show(cost);
    if (travel && cost.lines.length > 0) {
      walk();
    }
  }
}

function show(cost) {
  if (cost === null) {
    at('cost-line').textContent = 'No key was made since this daemon runs.';
    return;
  }
  const fresh = last === null || last.epoch !== cost.epoch || last.lines.length !== cost.lines.length;
  last = cost;
  at('cost-line').textContent = summary(cost);
  if (fresh) {
    const whole = Math.max(1, cost.lines.reduce((sum, line) => sum + line.bytes, 0));
    at('cost-bar').replaceChildren(
      ...cost.lines.map((line) => {
        const part = h('span', { class: `kind-${line.kind}`, title: `${KINDS[line.kind] || line.kind}, ${bytes(line.bytes)}` });
        part.style.width = `${(100 * line.bytes) / whole}%`;
        return part;
      }),
    );
    at('cost-bar').hidden = cost.lines.length === 0;
    const more = cost.lines.length - SHOWN;
    at('cost-lines').replaceChildren(
      ...cost.lines.slice(0, SHOWN).map((line) => h('li', {}, sentence(line))),
      ...(more > 0 ? [h('li', {}, `and ${count(more, 'entry', 'entries')} more`)] : []),
    );
    at('replay').hidden = cost.lines.length === 0;
    clearTimeout(walking);
    walking = 0;
    light(null);
    drawReach(cost.lines.length);
  }
}

function summary(cost) {
  const by = madeBy(cost);
  if (cost.lines.length === 0) {
    return `${by} made it ${since(cost.at)}. Nobody else was here to be told.`;
  }
  const pieces = cost.lines.reduce((sum, line) => sum + line.bytes, 0);
  const rest = cost.bytes - pieces;
  return (
    `${by} made it ${since(cost.at)} and told it in ${bytes(cost.bytes)}: ${count(cost.lines.length, 'piece')} of ${bytes(pieces)}${cost.lines.length > 1 ? ' together' : ''}` +
    `${rest > 0 ? `, and ${bytes(rest)} that say who made it and why, signed` : ''}.` +
    (cost.unreached > 0 ? ` ${count(cost.unreached, 'device')} had to ask for it.` : '')
  );
}

/** Whether it is this one's work. Names prove nothing: two may have the same. */
const isMaker = (person, cost) => person.device === cost.device;

/** Who made it, to begin a sentence. */
export const madeBy = (cost) => (people.some((person) => person.self && isMaker(person, cost)) ? 'This device' : cost.by || 'Somebody');

function sentence(line) {
  const way = line.position === undefined ? '' : ` (place ${line.position + 1}, symbol ${line.symbol.toString(16)})`;
  const relay = line.relay === undefined ? '' : `, ${line.relay}`;
  const names = line.to.join(', ') + (line.reaches > line.to.length ? ` and ${line.reaches - line.to.length} more` : '');
  const words = KINDS[line.kind] || line.kind;
  const reaches = line.kind === 'credential' ? '' : `reaches ${names || 'nobody new'} in `;
  return `${words[0].toUpperCase()}${words.slice(1)}${relay}${way}: ${reaches}${bytes(line.bytes)}. Why: ${line.why}.`;
}

/** One chip for each who is in: whether it has the key after so many of the entries, and how it got it. */
function drawReach(entries) {
  if (last === null) {
    return;
  }
  gone = entries;
  const ways = new Map();
  const passing = new Set();
  last.lines.slice(0, entries).forEach((line, number) => {
    line.to.forEach((name) => ways.set(name, { words: WAYS[line.kind] || line.kind, now: number === entries - 1 }));
    if (line.relay !== undefined) {
      passing.add(line.relay);
    }
  });
  const walks = entries < last.lines.length || walking !== 0;
  const shown = people.slice(0, CHIPS).map((person) => {
    const made = isMaker(person, last);
    const way = ways.get(person.name);
    const looks = [made ? 'made' : way ? 'has' : '', way && way.now && walks ? 'now' : '', passing.has(person.name) ? 'passes' : ''];
    const words = made ? 'made it' : way ? way.words + (passing.has(person.name) ? ', and passes it on' : '') : 'asks for it, or came later';
    return {
      key: person.device,
      words: looks.join(' ') + words,
      make: () => h('li', { class: looks.filter((name) => name).join(' ') || undefined }, person.name, h('span', {}, entries < last.lines.length && !way && !made ? 'not yet' : words)),
    };
  });
  const more = people.length - CHIPS;
  rows(at('reach'), more > 0 ? [...shown, { key: 'more', words: String(more), make: () => h('li', {}, `and ${more} more`) }] : shown);
}

/** Goes through the entries one after another: in the list, in the table, and to whom. */
function walk() {
  clearTimeout(walking);
  const lines = last.lines.slice(0, SHOWN);
  const items = [...at('cost-lines').children];
  const step = (number) => {
    items.forEach((item, place) => item.classList.toggle('going', place === number));
    light(lines[number]);
    if (number < lines.length) {
      walking = setTimeout(() => step(number + 1), STEP);
      drawReach(number + 1);
    } else {
      walking = 0;
      drawReach(last.lines.length);
    }
  };
  step(0);
}

at('replay').addEventListener('click', walk);
