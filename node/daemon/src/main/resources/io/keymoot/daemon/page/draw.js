// Small parts for the rooms of the page. Text goes in as text, never as markup.

/** An element: h('li', { class: 'card' }, 'words', another). A property that begins with "on" is a listener. */
export function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const at = (id) => document.getElementById(id);

/**
 * Puts these rows into the list, keeping the element of a row whose words are still the same: whoever reads it, or has
 * the focus on its button, is not thrown out.
 *
 * @param rows {key, words, make}
 */
export function rows(list, wanted) {
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  const elements = wanted.map((row) => {
    const kept = old.get(row.key);
    if (kept && kept.dataset.words === row.words) {
      return kept;
    }
    const made = row.make();
    made.dataset.key = row.key;
    made.dataset.words = row.words;
    return made;
  });
  elements.forEach((element, place) => {
    if (list.children[place] !== element) {
      list.insertBefore(element, list.children[place] || null);
    }
  });
  while (list.children.length > elements.length) {
    list.lastElementChild.remove();
  }
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "3 minutes ago", from milliseconds ago. */
export function ago(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 5) {
    return 'just now';
  }
  if (seconds < 60) {
    return relative.format(-seconds, 'second');
  }
  if (seconds < 3600) {
    return relative.format(-Math.round(seconds / 60), 'minute');
  }
  return seconds < 86_400
    ? relative.format(-Math.round(seconds / 3600), 'hour')
    : relative.format(-Math.round(seconds / 86_400), 'day');
}

export const since = (time) => ago(Date.now() - Date.parse(time));

/** "3 minutes ago" that grows older by itself. */
export const aging = (time) => h('time', { datetime: time, 'data-aging': time }, since(time));

setInterval(() => {
  for (const element of document.querySelectorAll('[data-aging]')) {
    const words = since(element.dataset.aging);
    if (element.textContent !== words) {
      element.textContent = words;
    }
  }
}, 5_000);

export const clock = (time) => new Date(time).toLocaleTimeString([], { hour12: false });

export function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`;
}

export function bytes(number) {
  return number < 1000 ? `${number} bytes` : `${(number / 1000).toFixed(1)} kB`;
}

/** A short name for a key: it is told apart from the others, and nobody types it. */
export const short = (id) => id.slice(0, 8);

const told = at('notice');
let hiding;

/** Something a person should know now; without words it goes away. */
export function notice(words = '', { stays = false } = {}) {
  clearTimeout(hiding);
  told.textContent = words;
  told.hidden = words === '';
  if (words !== '' && !stays) {
    hiding = setTimeout(() => notice(), 12_000);
  }
}
