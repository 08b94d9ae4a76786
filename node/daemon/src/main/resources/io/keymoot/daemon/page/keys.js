// The keys so far, newest first. Never a key itself.
import { pin } from './cost.js';
import { at, clock, h, rows, short } from './draw.js';

export function drawKeys({ epochs }) {
  rows(
    at('epochs'),
    epochs.map((epoch) => {
      const now = epoch.current ? 'in use' : epoch.usable ? 'usable' : 'over';
      const told = [
        `${short(epoch.id)} · ${epoch.revision}`,
        epoch.by || 'unknown',
        clock(epoch.at),
        epoch.usable ? `${epoch.held} of ${epoch.of}` : '–',
        epoch.cost ? epoch.cost.bytes.toLocaleString('en') : '–',
        now,
      ];
      return {
        key: epoch.id,
        words: told.join('|'),
        make: () => h('tr', { 'data-epoch': epoch.id }, ...told.map((words, column) => (column === 0 ? h('th', { scope: 'row' }, h('code', {}, words)) : h('td', {}, words))), h('td', {}, epoch.cost && epoch.cost.lines.length > 0 && h('button', { type: 'button', class: 'link', 'aria-label': `Show how ${short(epoch.id)} travelled`, onclick: () => pin(epoch.cost) }, 'Show'))),
      };
    }),
  );
}
