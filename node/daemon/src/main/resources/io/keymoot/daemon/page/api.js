// How the page speaks to the daemon. The cookie alone opens nothing: every request also carries the page's key,
// which other sites and other ports of this host cannot read.

const KEY = 'keymoot.page';

export class Problem extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || 'The daemon did not say what went wrong.');
    this.code = problem.code || 'unknown';
    this.status = problem.status || 0;
    this.remedy = problem.remedy || '';
  }
  get sentence() {
    return this.remedy ? `${this.message} ${this.remedy}` : this.message;
  }
}

export const hasKey = () => localStorage.getItem(KEY) !== null;
export const forget = () => localStorage.removeItem(KEY);

/** Takes the code of a login link out of the address, so that it is in no history, and changes it for a session. */
export async function loginFromLink() {
  const code = new URLSearchParams(location.hash.slice(1)).get('login');
  if (code === null) {
    return;
  }
  history.replaceState(null, '', location.pathname);
  const session = await ask('POST', 'v1/login', { code });
  localStorage.setItem(KEY, session.pageKey);
}

export const get = (path) => ask('GET', path);
export const post = (path, body = {}) => ask('POST', path, body);

async function ask(method, path, body) {
  const headers = { Accept: 'application/json' };
  const key = localStorage.getItem(KEY);
  if (key !== null) {
    headers['Keymoot-Page'] = key;
  }
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  let response;
  try {
    response = await fetch(`/${path}`, { method, headers, body: body && JSON.stringify(body), cache: 'no-store' });
  } catch {
    throw new Problem({ code: 'unreachable', detail: 'The daemon does not answer.', remedy: 'Is it still running?' });
  }
  const text = await response.text();
  let answer = {};
  try {
    answer = text === '' ? {} : JSON.parse(text);
  } catch {
    // An answer that is no JSON tells nothing more than its status.
  }
  if (!response.ok) {
    throw new Problem({ status: response.status, ...answer });
  }
  return answer;
}

/** The session under which a WebSocket was opened is over. */
const SESSION_OVER = 1008;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;

/**
 * What happens, from the first event that is kept on, until it is stopped: the socket is opened again after a break, from
 * where it broke.
 *
 * @return what stops it
 */
export function follow({ event, missed, connected, ended }) {
  let last = 0;
  let wait = FIRST_WAIT;
  let over = false;
  let socket;
  const open = () => {
    if (over) {
      return;
    }
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const protocols = ['keymoot.v1', `keymoot.page.${localStorage.getItem(KEY)}`];
    socket = new WebSocket(`${scheme}://${location.host}/v1/events?since=${last}`, protocols);
    socket.onopen = () => {
      wait = FIRST_WAIT;
      connected(true);
    };
    socket.onmessage = (message) => {
      const told = JSON.parse(message.data);
      if (told.missed) {
        last = told.missed.last;
        missed(told.missed);
      } else {
        last = told.id;
        event(told);
      }
    };
    socket.onclose = async ({ code, reason }) => {
      if (over) {
        return;
      }
      if (code === SESSION_OVER) {
        ended(reason);
        return;
      }
      connected(false);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
      try {
        // With another run of the daemon the ids begin anew.
        const now = await get('v1/events?limit=1');
        if (now.last < last) {
          last = 0;
        }
      } catch {
        // Still away; the next try asks again.
      }
    };
  };
  open();
  return () => {
    over = true;
    socket.close();
  };
}
