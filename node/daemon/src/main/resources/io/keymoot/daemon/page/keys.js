// The keys so far, newest first. Never a key itself.
import { at, clock, h, rows, short } from './draw.js';

export function drawKeys({ epochs }) {
  rows(
    at('epochs'),
    epochs.map((epoch) => {
      const now = epoch.current ? 'in use' : epoch.usable ? 'usable' : epoch.clean ? 'superseded' : 'not clean any more';
      const told = [
        `${short(epoch.id)} · ${epoch.revision}`,
        epoch.by || 'unknown',
        clock(epoch.at),
        `${epoch.held} of ${epoch.of}`,
        epoch.cost ? epoch.cost.bytes.toLocaleString('en') : '–',
        now,
      ];
      return {
        key: epoch.id,
        words: told.join('|'),
        make: () => h('tr', { 'data-epoch': epoch.id }, ...told.map((words, column) => (column === 0 ? h('th', { scope: 'row' }, h('code', {}, words)) : h('td', {}, words)))),
      };
    }),
  );
}
