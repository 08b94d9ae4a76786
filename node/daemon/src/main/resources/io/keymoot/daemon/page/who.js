// Who is here, who is verified, and putting somebody out.
import { post } from './api.js';
import { aging, ago, at, count, h, notice, rows } from './draw.js';

const STATES = { here: 'here', quiet: 'not heard lately' };

export function drawWho({ members, securityCode }) {
  ownRoles = members.filter((member) => member.self).flatMap((member) => member.roles);
  at('security-code').textContent = securityCode || 'not yet: the others have not been heard';
  rows(
    at('members'),
    [...members].sort((one, other) => other.self - one.self || one.name.localeCompare(other.name)).map((member) => ({
      key: member.device + member.since,
      words: [member.name, member.verifiedSince, member.state, member.holdsEpoch, heard(member), member.credential, member.address].join('|'),
      make: () => card(member),
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
      : h('span', { class: 'tag good' }, ...(member.self ? ['this device'] : ['verified ', aging(member.verifiedSince)]));
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
        'first seen ',
        aging(member.since),
        ['', STATES[member.state], heard(member), held, member.credential, member.address ?? ''].filter((words, place) => words !== '' || place === 0).join(' · '),
      ),
    ),
    !member.self && h('button', { type: 'button', class: 'plain', onclick: () => verify(member), 'aria-label': `Compare with ${member.name}` }, 'Compare'),
    !member.self && h('button', { type: 'button', class: 'plain danger', onclick: () => evict(member), 'aria-label': `Put out ${member.name}` }, 'Put out'),
  );
}

let group = null;
let ownRoles = [];

/** Who may put out in this group. */
export function voices(of) {
  group = of;
}

function voicesWords() {
  if (group === null) {
    return '';
  }
  if (group.expelRole !== null && ownRoles.includes(group.expelRole)) {
    return `This device has the role “${group.expelRole}”, so its word is enough: it happens at once.`;
  }
  return (
    `In this group ${group.expelVoices} devices must want it` +
    (group.expelRole === null ? '' : `, or one with the role “${group.expelRole}”`) +
    '. Yours is one voice: until the others add theirs, nothing changes.'
  );
}

async function evict(member) {
  at('evict-voices').textContent = voicesWords();
  at('evict-title').textContent = `Put ${member.name} out?`;
  at('evict-who').textContent = `The device ${member.brief}, ${member.credential}.`;
  if ((await answer(at('evict-dialog'))) !== 'yes') {
    return;
  }
  notice(`Putting ${member.name} out …`, { stays: true });
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
    ? 'No key without it is in use yet: until then what this device sends waits.'
    : `The window was ${count(Math.round(milliseconds), 'millisecond')}: so long after this device knew of it could it still read what was sent from here.`;
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
