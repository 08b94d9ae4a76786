// Who is here, who is verified, and putting somebody out.
import { post } from './api.js';
import { ago, at, count, h, notice, rows, since } from './draw.js';

const STATES = { here: 'here', quiet: 'not heard lately', suspended: 'suspended' };

export function drawWho({ members, securityCode }, me) {
  at('security-code').textContent = securityCode || 'not yet: the others have not been heard';
  rows(
    at('members'),
    members.map((member) => ({
      key: member.device + member.since,
      words: [member.name, member.verified, member.state, member.holdsEpoch, heard(member), member.credential].join('|'),
      make: () => card(member, me),
    })),
  );
  at('who-title').textContent = `Who is here: ${count(members.length, 'device')}`;
}

function heard(member) {
  if (member.self || member.state === 'here') {
    return '';
  }
  return member.lastHeardMillis === null ? 'never heard' : `last heard ${ago(member.lastHeardMillis)}`;
}

function card(member) {
  const verified =
    member.verified === 'unverified'
      ? h('span', { class: 'tag warn' }, 'not compared yet')
      : h('span', { class: 'tag good' }, member.self ? 'this device' : 'verified');
  const held = member.holdsEpoch ? 'has the newest key' : 'has not announced the newest key yet';
  return h(
    'li',
    { class: member.state === 'here' ? 'card' : 'card quiet-one', 'data-device': member.device },
    h(
      'div',
      {},
      h('h3', {}, member.name, verified),
      h('p', { class: 'quiet' }, h('code', {}, member.brief)),
      h(
        'p',
        { class: 'quiet' },
        [`came ${since(member.since)}`, STATES[member.state], heard(member), held, member.credential]
          .filter((words) => words !== '')
          .join(' · '),
      ),
    ),
    !member.self && h('button', { type: 'button', class: 'plain', onclick: () => verify(member), 'aria-label': `Compare with ${member.name}` }, 'Compare'),
    !member.self && h('button', { type: 'button', class: 'plain danger', onclick: () => evict(member), 'aria-label': `Put ${member.name} out` }, 'Put out'),
  );
}

async function evict(member) {
  at('evict-title').textContent = `Put ${member.name} out?`;
  at('evict-who').textContent = `The device ${member.brief}, ${member.credential}.`;
  if ((await answer(at('evict-dialog'))) !== 'yes') {
    return;
  }
  try {
    const result = await post('v1/evict', { device: member.device });
    notice(
      result.out
        ? `${member.name} is out. ${windowWords(result.windowMillis)}`
        : `${member.name} is not out yet: ${result.cause || 'others have to say so too.'}`,
    );
  } catch (problem) {
    notice(problem.sentence);
  }
}

export function windowWords(milliseconds) {
  return milliseconds === null || milliseconds === undefined
    ? ''
    : `The window was ${Math.round(milliseconds)} milliseconds: so long could it still read what was sent.`;
}

async function verify(member) {
  try {
    const shown = await post('v1/verify', { device: member.device });
    at('verify-title').textContent = `Compare with ${member.name}`;
    at('verify-who').textContent =
      `Ask ${member.name}, by voice or on their screen, for the code they see for your device. It must be this one:`;
    at('verify-code').textContent = shown.code;
    const found = await answer(at('verify-dialog'));
    if (found === 'matches' || found === 'differs') {
      await post('v1/verify', { device: member.device, match: found === 'matches' });
      notice(
        found === 'matches'
          ? `${member.name} is verified.`
          : `It differs: this is not the device you think it is. Do not trust it; who may should put it out.`,
      );
    }
  } catch (problem) {
    notice(problem.sentence);
  }
}

/** What the dialog was left with; leaving it by Escape is no answer. */
function answer(dialog) {
  return new Promise((resolve) => {
    dialog.returnValue = '';
    dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true });
    dialog.showModal();
  });
}
