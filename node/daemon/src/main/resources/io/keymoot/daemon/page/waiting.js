// People who wait for somebody here to say yes or no.
import { post } from './api.js';
import { aging, at, h, notice, rows } from './draw.js';

export function drawWaiting({ pending }, me) {
  at('waiting').hidden = pending.length === 0;
  rows(
    at('waiting-list'),
    pending.map((one) => ({ key: one.id, words: [one.shown, one.purpose, one.answerable].join('|'), make: () => card(one, me) })),
  );
}

const WANTS = {
  admit: (who) => `${who} asks to be let in`,
  expel: (who, one) => `${who} wants ${one.targetName} put out`,
  founder: (who) => `${who} founded the group that this device is about to enter`,
  introducer: (who) => `${who} lets this device in`,
};

/** What somebody wants, who may be this device itself: it waits for the others' voices. */
export const wish = (one, me) => WANTS[one.purpose](one.device === me ? 'This device' : bare(one.shown), one);

export const wanted = (one) => (one.answerable ? `the word of the ${one.ask}` : one.ask);

/** Names come in quotation marks within sentences; here they stand alone. */
const bare = (shown) => shown.replace(/^"(.*)"$/, '$1');

function card(one, me) {
  const admit = one.purpose === 'admit';
  const answer = async (route, body) => {
    try {
      await post(route, body);
    } catch (problem) {
      notice(problem.sentence);
    }
  };
  const yes = one.answerable ? () => answer('v1/accept', { id: one.id }) : () => answer('v1/approve', { device: one.target });
  return h(
    'li',
    { class: 'card', 'data-device': one.device },
    h(
      'div',
      {},
      h('h3', {}, wish(one, me)),
      h('p', { class: 'quiet' }, h('code', {}, one.brief), ' · asked ', aging(one.at), ` · wanted: ${wanted(one)}`),
      one.purpose === 'expel' && h('p', { class: 'quiet' }, `The device to put out: ${one.targetName} `, h('code', {}, one.target.split('-').slice(0, 4).join('-'))),
    ),
    (one.answerable || (one.purpose === 'expel' && one.device !== me)) &&
      h('button', { type: 'button', 'aria-label': `${admit ? 'Let in' : 'Agree with'} ${bare(one.shown)}`, onclick: yes }, admit ? 'Let in' : 'Agree'),
    one.answerable &&
      h('button', { type: 'button', class: 'plain', 'aria-label': `No to ${bare(one.shown)}`, onclick: () => answer('v1/deny', { id: one.id }) }, 'No'),
  );
}
