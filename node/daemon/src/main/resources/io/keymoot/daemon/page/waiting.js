// People who wait for somebody here to say yes or no.
import { post } from './api.js';
import { at, h, notice, rows, since } from './draw.js';

export function drawWaiting({ pending }) {
  at('waiting').hidden = pending.length === 0;
  rows(
    at('waiting-list'),
    pending.map((one) => ({ key: one.id, words: one.shown + one.purpose, make: () => card(one) })),
  );
}

function card(one) {
  const admit = one.purpose === 'admit';
  const yes = async (route) => {
    try {
      await post(route, { id: one.id });
    } catch (problem) {
      notice(problem.sentence);
    }
  };
  return h(
    'li',
    { class: 'card', 'data-device': one.device },
    h(
      'div',
      {},
      h('h3', {}, admit ? `${one.shown} asks to be let in` : `${one.shown} is to be put out`),
      h('p', { class: 'quiet' }, h('code', {}, one.brief), ` · asked ${since(one.at)} · wanted: the word of ${one.ask}`),
    ),
    h(
      'button',
      { type: 'button', 'aria-label': `Accept ${one.shown}`, onclick: () => yes(one.ask === 'approval' ? 'v1/approve' : 'v1/accept') },
      admit ? 'Let in' : 'Agree',
    ),
    h('button', { type: 'button', class: 'plain', 'aria-label': `Deny ${one.shown}`, onclick: () => yes('v1/deny') }, 'No'),
  );
}
