// The flat table, alive: one row for each symbol, one column for each place of the address.
import { at, count, h, since } from './draw.js';

let cells = []; // by symbol, then position
let shape = '';
let here = { position: 0, symbol: 0 };

export function drawTable(table) {
  const wanted = `${table.radix}×${table.positions}`;
  if (wanted !== shape) {
    build(table);
    shape = wanted;
  }
  const slots = new Map(table.slots.map((slot) => [`${slot.position}.${slot.symbol}`, slot]));
  let clean = 0;
  let worn = 0;
  for (let symbol = 0; symbol < table.radix; symbol++) {
    for (let position = 0; position < table.positions; position++) {
      const slot = slots.get(`${position}.${symbol}`) || nobody(position, symbol, table);
      const look = lookOf(slot);
      clean += look === 'clean' ? 1 : 0;
      worn += look === 'worn' ? 1 : 0;
      const cell = cells[symbol][position];
      const kept = ['carries', 'fresh'].filter((name) => cell.classList.contains(name));
      cell.className = ['cell', look, slot.mine ? 'mine' : '', ...kept].filter((name) => name).join(' ');
      cell.setAttribute('aria-label', words(slot, look));
    }
  }
  at('table-summary').textContent =
    `${table.positions} places, ${table.radix} symbols. ${count(clean, 'slot')} ready to carry a key, ${worn} worn. ` +
    `Yours is the address ${table.address.map((symbol) => symbol.toString(16)).join('')}.`;
}

const nobody = (position, symbol, table) => ({
  position,
  symbol,
  mine: table.address[position] === symbol,
  clean: false,
  held: 0,
  members: 0,
  keyHolder: null,
  hasKey: false,
  resealedBy: null,
  at: null,
});

function lookOf(slot) {
  if (slot.members === 0) {
    return '';
  }
  if (!slot.hasKey) {
    return 'none';
  }
  return slot.clean ? 'clean' : 'worn';
}

function words(slot, look) {
  const place = `Place ${slot.position + 1}, symbol ${slot.symbol.toString(16)}`;
  const who = slot.mine ? `yours and that of ${count(Math.max(0, slot.members - 1), 'other')}` : count(slot.members, 'device');
  switch (look) {
    case '':
      return `${place}: nobody's address has it.`;
    case 'none':
      return `${place}: ${who}. No key yet${slot.members < 3 ? ': a slot is worth one from three devices on' : ''}.`;
    default:
      return (
        `${place}: ${who}. ${look === 'clean' ? 'Ready: nobody who is out ever held it' : 'Worn: somebody who is out once held it, so it carries nothing until it is replaced'}. ` +
        `Held by ${slot.held} of ${slot.members}. ${made(slot)}Its key holder is ${slot.keyHolder || 'not known yet'}.`
      );
  }
}

const made = (slot) => (slot.resealedBy ? `Made anew by ${slot.resealedBy}${slot.at ? `, ${since(slot.at)}` : ''}. ` : '');

function build(table) {
  const head = h('tr', {}, h('td', {}), ...numbers(table.positions).map((position) => h('th', { scope: 'col' }, String(position + 1))));
  cells = numbers(table.radix).map((symbol) =>
    numbers(table.positions).map((position) =>
      h('td', { class: 'cell', role: 'gridcell', tabindex: position + symbol === 0 ? 0 : -1, 'data-position': position, 'data-symbol': symbol }),
    ),
  );
  const body = cells.map((row, symbol) => h('tr', {}, h('th', { scope: 'row' }, symbol.toString(16)), ...row));
  const grid = h('table', { class: 'slots', role: 'grid', 'aria-label': 'Slots by place and symbol' }, h('thead', {}, head), h('tbody', {}, ...body));
  grid.addEventListener('keydown', walk);
  grid.addEventListener('focusin', tell);
  grid.addEventListener('mouseover', tell);
  at('table-box').replaceChildren(grid);
  at('table-box').removeAttribute('tabindex'); // its cells take the focus now
}

const numbers = (many) => Array.from({ length: many }, (_, number) => number);

function tell(event) {
  const cell = event.target.closest('td.cell');
  if (cell) {
    at('slot-told').textContent = cell.getAttribute('aria-label');
  }
}

const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function walk(event) {
  const step = STEPS[event.key];
  if (!step) {
    return;
  }
  event.preventDefault();
  const within = (number, many) => Math.min(many - 1, Math.max(0, number));
  cells[here.symbol][here.position].tabIndex = -1;
  here = {
    symbol: within(here.symbol + step[0], cells.length),
    position: within(here.position + step[1], cells[0].length),
  };
  cells[here.symbol][here.position].tabIndex = 0;
  cells[here.symbol][here.position].focus();
}

/** Marks slots whose keys were made anew just now. */
export function renewed(slots) {
  for (const { position, symbol } of slots) {
    const cell = cells[symbol]?.[position];
    if (cell) {
      cell.classList.add('fresh');
      setTimeout(() => cell.classList.remove('fresh'), 2_500);
    }
  }
}

/** Lights the slot that an entry of the cover went through; without one, none. */
export function light(line) {
  for (const lit of document.querySelectorAll('.cell.carries')) {
    lit.classList.remove('carries');
  }
  if (line && line.position !== undefined && cells[line.symbol]) {
    cells[line.symbol][line.position].classList.add('carries');
  }
}
