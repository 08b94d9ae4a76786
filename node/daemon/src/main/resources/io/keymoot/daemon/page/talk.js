// Messages of the group.
import { post } from './api.js';
import { at, clock, h } from './draw.js';

const KEPT = 200;

export function heard(event, me) {
  const proof =
    event.proved === 'sender' ? null : h('span', { class: 'tag warn', title: 'No signature of the sender yet' }, 'from the group');
  const mine = event.from === me;
  add(
    h(
      'li',
      { 'data-from': event.from },
      h('span', { class: 'from' }, mine ? 'You' : event.name),
      event.text ?? `${Math.round((event.base64.length * 3) / 4)} bytes that are no text`,
      ' ',
      h('time', { class: 'quiet', datetime: event.at }, clock(event.at)),
      proof,
    ),
  );
}

function add(line) {
  at('nothing-said').hidden = true;
  const list = at('messages');
  const box = at('messages-box');
  const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 8;
  list.append(line);
  while (list.children.length > KEPT) {
    list.firstElementChild.remove();
  }
  if (atEnd) {
    box.scrollTop = box.scrollHeight;
  }
}

at('send').addEventListener('submit', async (submitted) => {
  submitted.preventDefault();
  const field = at('send-text');
  const text = field.value;
  at('send-note').textContent = '';
  try {
    const { note } = await post('v1/send', { text });
    at('send-note').textContent = note ?? '';
    field.value = '';
    add(h('li', { 'data-from': 'me' }, h('span', { class: 'from' }, 'You'), text, ' ', h('time', { class: 'quiet' }, clock(Date.now()))));
  } catch (problem) {
    at('send-note').textContent = `Not sent. ${problem.sentence}`;
  }
  field.focus();
});
