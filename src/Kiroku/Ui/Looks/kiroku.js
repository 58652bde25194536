// What the page does beyond what it does without scripts: times in the viewer's zone, copying, and renewing itself as
// the record changes. Nothing here is needed to read or to act.

const main = document.getElementById('main');
const state = document.getElementById('live-state');
const told = document.getElementById('told');

// Times

// Swedish writes times as ISO 8601 does.
const zoned = new Intl.DateTimeFormat('sv-SE', {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  hourCycle: 'h23', timeZoneName: 'short',
});

// As the service says it, so that nothing moves.
const [now, ...ago] = document.documentElement.dataset.ago.split('|');

function relative(date) {
  const seconds = (Date.now() - date) / 1000;
  if (seconds < 10) return now;
  const unit = [60, 3600, 86400, Infinity].findIndex(end => seconds < end);
  return ago[unit].replace('{0}', Math.floor(seconds / [1, 60, 3600, 86400][unit]));
}

function showTimes(root) {
  for (const time of root.querySelectorAll('time[datetime]')) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const exact = zoned.format(date);
    time.title = time.dateTime;
    time.textContent = 'relative' in time.dataset ? relative(date) : exact;
  }
}

// Renewing: what differs is changed in place, so that focus, selection, scroll and what is open stay.

const kept = { DETAILS: ['open'], INPUT: ['value', 'checked'], TEXTAREA: [], SELECT: [] };

function renew(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    const [was, is] = [old.nodeValue, fresh.nodeValue];
    // What grows is added to, so that a selection in it stays.
    if (was !== is && old.nodeType === Node.TEXT_NODE && was && is.startsWith(was)) old.appendData(is.slice(was.length));
    else if (was !== is) old.nodeValue = is;
    return;
  }
  // A hidden field is the page's, not the reader's.
  const mine = old.type === 'hidden' ? [] : kept[old.tagName] ?? [];
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && !mine.includes(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value && !mine.includes(name)) old.setAttribute(name, value);
  // What somebody types belongs to them.
  if (old.tagName === 'TEXTAREA' || old.tagName === 'SELECT') return;
  renewChildren(old, fresh);
}

function renewChildren(old, fresh) {
  const byId = new Map([...old.children].filter(child => child.id).map(child => [child.id, child]));
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const known = wanted.id && byId.get(wanted.id);
    if (known && known !== at) old.insertBefore(known, at);
    const here = known || at;
    if (here && alike(here, wanted)) {
      renew(here, wanted);
      at = here.nextSibling;
    } else {
      old.insertBefore(wanted, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    // A question that somebody is answering stays until they send or close it.
    if (!at.matches?.('details.confirm[open]') && !at.querySelector?.('details.confirm[open]')) at.remove();
    at = next;
  }
}

const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && (a.id ?? '') === (b.id ?? '');

// The page's own address, which is another one than the browser's where a form was answered.
const here = () => main.dataset.here ?? location.href;

// Whether leaving the page would lose what somebody has typed.
const isTyping = () => main.querySelector('details.confirm[open]')
  || [...main.querySelectorAll('input:not([type="hidden"]), textarea')].some(field => field.value !== field.defaultValue);

let asked = 0;
let busy = false;
let again = false;

async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const number = ++asked;
    const answer = await fetch(here(), { headers: { Accept: 'text/html' }, signal: AbortSignal.timeout(15000) });
    if (answer.redirected || [403, 404, 410].includes(answer.status)) {
      // The session has ended, which leads to signing in and back; or what is shown is not to be seen any more.
      if (isTyping()) show(true);
      else location.replace(answer.redirected ? answer.url : here());
      return;
    }
    if (!answer.ok) show(true);
    if (!answer.ok || number !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('main');
    if (!fresh) return;
    showTimes(fresh);
    const before = main.querySelector('.title .badge')?.textContent;
    renew(main, fresh);
    document.title = page.title;
    const after = main.querySelector('.title .badge')?.textContent;
    if (after && after !== before) told.textContent = after;
    document.dispatchEvent(new Event('kiroku:renewed'));
  } catch {
    // The service is away; the stream says so.
  } finally {
    busy = false;
    if (source && !main.dataset.live) follow();
    if (again) {
      again = false;
      setTimeout(refresh, 100);
    }
  }
}

// Following

let source = null;
let position; // the last that was told; the page has its own
let delay = 500;
let waiting = 0;
let opened = Infinity;

function show(lost) {
  state.hidden = !main.dataset.live;
  state.textContent = lost ? state.dataset.lost : state.dataset.live;
  state.classList.toggle('lost', lost);
}

function follow() {
  clearTimeout(waiting);
  source?.close();
  source = null;
  const follows = main.dataset.live && !document.hidden;
  // Before it is open nothing is said of it, or still that it is lost.
  if (!follows || !state.classList.contains('lost')) state.hidden = true;
  if (!follows) return;
  const address = new URL(main.dataset.live, location.href);
  const after = position ?? main.dataset.after;
  if (after) address.searchParams.set('after', after);
  source = new EventSource(address);
  source.onopen = () => {
    opened = Date.now();
    show(false);
  };
  source.addEventListener('bookmark', event => { position = event.lastEventId; });
  source.addEventListener('action', event => {
    position = event.lastEventId;
    refresh();
  });
  source.addEventListener('end', event => {
    const { reason } = JSON.parse(event.data);
    if (reason === 'position-gone') position = undefined;
    source.close();
    show(true);
    // A draining node sends one on at once; the rest is as after a break.
    if (reason === 'stopping') delay = 200;
    retry();
  });
  source.onerror = () => {
    if (source.readyState !== EventSource.CLOSED) {
      show(true);
      return;
    }
    // Refused: the session has ended, or there are too many streams. Asking for the page tells.
    show(true);
    position = undefined;
    retry();
  };
}

function retry() {
  clearTimeout(waiting);
  // A stream that ends as soon as it opens is no reason to ask at once again.
  if (Date.now() - opened > 5000) delay = Math.min(delay, 500);
  opened = Infinity;
  waiting = setTimeout(() => refresh().then(follow), delay);
  delay = Math.min(delay * 2, 15000);
}

document.addEventListener('visibilitychange', () => {
  if (document.hidden) follow();
  else if (main.dataset.live) refresh().then(follow);
});

// What runs grows by itself.

setInterval(() => {
  if (document.hidden || !('running' in main.dataset)) return;
  refresh();
}, 2000);
setInterval(() => { if (!document.hidden) showTimes(document); }, 30000);

// Copying, and menus that close like menus

document.addEventListener('click', async event => {
  const link = event.target.closest?.('a[data-copy]');
  if (link && navigator.clipboard && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    try {
      const answer = await fetch(link.href);
      if (!answer.ok || answer.redirected) throw new Error();
      await navigator.clipboard.writeText(await answer.text());
      told.textContent = link.dataset.copy;
      link.dataset.label ??= link.textContent;
      link.textContent = link.dataset.copy;
      setTimeout(() => { link.textContent = link.dataset.label; }, 2000);
    } catch {
      location.href = link.href;
    }
  }
  for (const menu of document.querySelectorAll('details.menu[open]'))
    if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  const open = event.target.closest?.('details.menu[open], details.confirm[open]')
    ?? document.querySelector('details.menu[open]');
  if (!open) return;
  open.open = false;
  open.querySelector('summary').focus();
});

showTimes(document);
follow();
