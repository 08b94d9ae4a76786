// What is happening now, and why not when it is not.
import { post } from './api.js';
import { at, bytes, count, h, notice, rows, short, since } from './draw.js';
import { voices } from './who.js';

export const WORDS = {
  settled: 'settled',
  rekeying: 'changing the key',
  holding: 'holding messages back',
  syncing: 'catching up',
  out: 'not in the group',
};

const LINES = {
  settled: 'Everybody who is here, and nobody else, can read what you send.',
  rekeying: 'A fresh key is on its way. Messages go on.',
  holding: 'What you send waits on this device until there is a key that everybody who is out lacks.',
  syncing: 'This device is learning who is in the group, or waits to be let in.',
  out: 'This device is not in the group. It reads nothing that is sent now.',
};

export function drawNow(status) {
  at('group-name').textContent = status.group ? status.group.name : 'No group yet';
  document.title = status.group ? `${status.group.name} · Keymoot` : 'Keymoot';
  at('device').textContent = `${status.name} · ${status.device.split('-').slice(0, 4).join('-')}`;
  drawState(status);
  if (status.state === 'settled' && status.members === 1) {
    at('now-line').textContent = 'This device is alone in the group. Others ask to be let in when they run with the same group name.';
  }
  if (status.state === 'settled' && status.heard < status.members) {
    at('now-line').textContent =
      'What you send now reaches those who are heard, and nobody else. The others stay in the group: if they can hear each other, they go on too, until you meet again.';
  }
  voices(status.group);
  rows(at('hints'), status.hints.map((hint) => ({ key: hint, words: hint, make: () => h('li', {}, hint) })));
  at('hints').hidden = status.hints.length === 0;
  at('rekey').disabled = status.state === 'out' || status.state === 'syncing';
  const figures = [
    ['In the group', count(status.members, 'device')],
    ['Heard from', `${status.heard} of ${status.members}`],
    ['Key in use', status.epoch ? `${short(status.epoch.id)} · ${status.epoch.revision}` : 'none yet'],
    ['Held by', status.epoch ? `${status.epoch.held} of ${status.epoch.of}` : 'nobody'],
    ['Last change', status.lastRekey ? `${bytes(status.lastRekey.bytes)}, ${since(status.lastRekey.at)}` : 'none yet'],
    ['Put out last', expulsion(status.lastExpulsion)],
  ];
  rows(
    at('figures'),
    figures.map(([name, value]) => ({
      key: name,
      words: value,
      make: () => h('div', {}, h('dt', {}, name), h('dd', {}, value)),
    })),
  );
}

const expulsion = (last) =>
  last === null
    ? 'nobody yet'
    : `${last.name}, ${last.windowMillis === null ? 'and no key without it is in use yet' : `could read on for ${Math.round(last.windowMillis)} ms`}`;

export function drawState({ state, cause }) {
  at('state').dataset.state = state;
  at('state-word').textContent = WORDS[state];
  at('now-line').textContent = cause && state !== 'settled' ? `${LINES[state]} Why: ${cause}.`.replace(/\.\.$/, '.') : LINES[state];
}

at('rekey').addEventListener('click', async () => {
  at('rekey').disabled = true;
  try {
    await post('v1/rekey');
  } catch (problem) {
    notice(problem.sentence);
  }
  at('rekey').disabled = false;
});
