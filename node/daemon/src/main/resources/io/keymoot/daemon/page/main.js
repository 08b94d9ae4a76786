// One page over the daemon's API: asks how things stand, then follows the events and asks again for what they touch.
import { follow, forget, get, hasKey, loginFromLink, post } from './api.js';
import { drawCost, know, madeBy } from './cost.js';
import { at, bytes, clock, count, h, notice } from './draw.js';
import { drawKeys } from './keys.js';
import { WORDS, drawNow, drawState } from './now.js';
import { drawTable, renewed } from './table.js';
import { heard } from './talk.js';
import { drawWaiting, wanted, wish } from './waiting.js';
import { drawWho, windowWords } from './who.js';

/** What an event makes stale. */
const TOUCHED = {
  status: ['status'],
  roster: ['status', 'members', 'table', 'epochs', 'pending'],
  rekeyed: ['status', 'epochs', 'table', 'members'],
  resealed: ['table'],
  expelled: ['status', 'members', 'table'],
  pending: ['pending', 'status'],
  answered: ['pending', 'status'],
};

const DRAWN = {
  status: (answer) => {
    me = answer.device;
    hasGroup = answer.group !== null;
    drawNow(answer);
    drawCost(answer.lastRekey);
  },
  members: (answer) => {
    drawWho(answer);
    know(answer.members);
  },
  table: drawTable,
  epochs: drawKeys,
  pending: (answer) => drawWaiting(answer, me),
};

/** Events come in bursts; one question answers for all of a burst. */
const TOGETHER = 120;
/** Some things change with no event: who was heard when, who announced which key. */
const EVERY = 3_000;
const EVENTS_SHOWN = 200;

let me = null;
let away = false;
let hasGroup = false;
const stale = new Set();
let asking;

function touch(names) {
  names.forEach((name) => stale.add(name));
  asking ??= setTimeout(ask, TOGETHER);
}

async function ask() {
  const names = [...stale];
  stale.clear();
  names.sort((one, other) => (other === 'status') - (one === 'status'));
  try {
    for (const name of names) {
      // Before there is a group there is nothing else to ask for.
      if (name === 'status' || hasGroup) {
        DRAWN[name](await get(`v1/${name}`));
      }
    }
    at('content').hidden = false;
    if (away) {
      away = false;
      notice();
    }
  } catch (problem) {
    if (problem.status === 401 || problem.status === 403) {
      loggedOut(problem.sentence);
      return;
    }
    away = true;
    notice(problem.sentence ?? String(problem), { stays: true });
  }
  asking = stale.size > 0 ? setTimeout(ask, TOGETHER) : undefined;
}

let stop = () => {};

function loggedOut(why) {
  stop();
  forget();
  at('content').hidden = true;
  at('logout').hidden = true;
  at('state-word').textContent = 'not logged in';
  notice(`${why} Type “keymoot page” in a terminal of this device and open the link that it prints: it is good once.`, { stays: true });
}

let resealing = null; // the line that is still added to: key holders make many slots' keys, one after another

/** Not of those that are told once more when the page is opened. */
const isFresh = (event) => Date.now() - Date.parse(event.at) < 10_000;

function happened(event) {
  if (event.type === 'resealed') {
    renewed(event.slots);
    const goesOn = resealing !== null && resealing.line === at('events').firstElementChild;
    resealing = {
      by: new Set([...(goesOn ? resealing.by : []), event.by]),
      slots: (goesOn ? resealing.slots : 0) + event.slots.length,
    };
    if (goesOn) {
      at('events').firstElementChild.remove();
    }
  }
  const line = told(event);
  if (line !== null) {
    const item = h('li', {}, h('time', { datetime: event.at }, clock(event.at)), line);
    at('events').prepend(item);
    if (event.type === 'resealed') {
      resealing.line = item;
    }
    while (at('events').children.length > EVENTS_SHOWN) {
      at('events').lastElementChild.remove();
    }
  }
  switch (event.type) {
    case 'message':
      heard(event, me);
      break;
    case 'status':
      drawState(event);
      break;
    case 'rekeyed':
      drawCost(event.cost, { travel: isFresh(event) });
      break;
    case 'expelled':
      // What was said before, that other voices are missing, is so no more.
      if (isFresh(event)) {
        notice(line);
      }
      break;
  }
  touch(TOUCHED[event.type] || []);
}

/** An event in words; null where it stands elsewhere on the page. */
function told(event) {
  const names = (list) => list.join(', ');
  switch (event.type) {
    case 'message':
      return null;
    case 'unopened':
      return `A message could not be opened: ${event.why}`;
    case 'status':
      return event.cause ? `Now ${WORDS[event.state]}: ${event.cause}.` : `Now ${WORDS[event.state]}.`;
    case 'roster':
      return [event.came.length > 0 ? `Came: ${names(event.came)}.` : '', event.went.length > 0 ? `Went: ${names(event.went)}.` : '', `${event.members} in the group.`]
        .filter((words) => words !== '')
        .join(' ');
    case 'rekeyed':
      return `${madeBy(event.cost)} made a fresh key, told in ${bytes(event.cost.bytes)}.`;
    case 'resealed':
      return `The keys of ${count(resealing.slots, 'slot')} were made anew, by ${names([...resealing.by])}.`;
    case 'pending':
      return `${wish(event.pending, me)}. Wanted: ${wanted(event.pending)}.`;
    case 'answered':
      return `An answer was given: ${event.answer}.`;
    case 'turned-away':
      return `${event.what}: ${event.reason} ${event.remedy}`;
    case 'refused':
      return `Something was refused: ${event.reason} ${event.remedy}`;
    case 'expelled':
      return `${event.expulsion.name} was put out. ${windowWords(event.expulsion.windowMillis)}`;
    case 'note':
      return event.text;
    default:
      return event.type;
  }
}

at('logout').addEventListener('click', async () => {
  try {
    await post('v1/logout');
    loggedOut('You logged out.');
  } catch (problem) {
    notice(problem.sentence);
  }
});

async function begin() {
  try {
    await loginFromLink();
  } catch (problem) {
    loggedOut(problem.sentence);
    return;
  }
  if (!hasKey()) {
    loggedOut('This page needs to know that you are who runs this daemon.');
    return;
  }
  at('logout').hidden = false;
  touch(Object.keys(DRAWN));
  const looking = setInterval(() => touch(['status', 'members', 'epochs', 'pending', 'table']), EVERY);
  const unfollow = follow({
    event: happened,
    missed: ({ first, last }) => {
      at('events').prepend(h('li', {}, `${last - first + 1} events are not kept any more.`));
      touch(Object.keys(DRAWN));
    },
    connected: (is) => is && touch(Object.keys(DRAWN)),
    ended: (why) => loggedOut(`This page may not look any more: ${why}.`),
  });
  stop = () => {
    clearInterval(looking);
    unfollow();
  };
}

// A fresh link opened in this very tab differs behind the # alone, for which a browser loads nothing anew.
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#login=')) {
    location.reload();
  }
});

begin();
