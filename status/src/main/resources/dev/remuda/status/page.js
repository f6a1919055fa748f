(() => {
'use strict';
const $ = id => document.getElementById(id);
const MOST = 1000;
document.documentElement.classList.add('live');

/* Makes one tree like another, and leaves alone what is equal: focus, selection and open details stay. */
function morph(old, now) {
  for (const a of [...old.attributes])
    if (a.name !== 'open' && !now.hasAttribute(a.name)) old.removeAttribute(a.name);
  for (const a of now.attributes)
    if (a.name !== 'open' && old.getAttribute(a.name) !== a.value) old.setAttribute(a.name, a.value);
  const key = n => n.nodeType === 1 ? n.getAttribute('data-k') : null;
  const keyed = new Map();
  for (const c of old.children) if (key(c)) keyed.set(key(c), c);
  let at = old.firstChild;
  for (const c of [...now.childNodes]) {
    const k = key(c);
    const same = k ? keyed.get(k) : at && !key(at) && at.nodeName === c.nodeName ? at : null;
    if (!same) { old.insertBefore(c, at); continue; }
    if (same === at) at = at.nextSibling; else old.insertBefore(same, at);
    if (same.nodeType === 1) morph(same, c);
    else if (same.data !== c.data) same.data = c.data;
  }
  while (at) { const next = at.nextSibling; at.remove(); at = next; }
}
function show(id, html) {
  const old = $(id);
  if (!old) return;
  const t = document.createElement('template');
  t.innerHTML = html;
  morph(old, t.content.firstElementChild);
  filterWorkers();
}

/* Console: lines come as [number, time, process, level, text, milliseconds since 1970]. */
const streams = {log: [], err: [], out: []};
const list = $('lines'), stream = $('stream'), level = $('level'), text = $('text'), follow = $('follow');
const LEVELS = {SEVERE: 3, WARNING: 2, INFO: 1};
function wanted(name, line) {
  if (stream.value !== 'all' && stream.value !== name) return false;
  if (name === 'log' && (LEVELS[line[3]] || 0) < +level.value) return false;
  const t = text.value.toLowerCase();
  return !t || (line[2] + ' ' + line[3] + ' ' + line[4]).toLowerCase().includes(t);
}
function item(name, line) {
  const li = document.createElement('li'), time = document.createElement('time'), who = document.createElement('i');
  time.textContent = line[1]; who.textContent = line[2] + (line[3] ? ' ' + line[3] : '');
  li.append(time, who, line[4]);
  if (line[3] === 'SEVERE') li.className = 's';
  else if (line[3] === 'WARNING' || name === 'err') li.className = 'e';
  return li;
}
const earlier = (a, b) => a[1][5] - b[1][5];
function redraw() {
  const all = [];
  for (const n in streams) for (const l of streams[n]) if (wanted(n, l)) all.push([n, l]);
  all.sort(earlier);
  list.replaceChildren(...all.slice(-MOST).map(([n, l]) => item(n, l)));
  end();
}
function end() { if (follow.checked) list.scrollTop = list.scrollHeight; }
function add(lines) {
  const fresh = [];
  for (const n in lines) for (const l of lines[n]) {
    const known = streams[n];
    const last = known.length ? known[known.length - 1][0] : 0;
    if (last >= l[0]) continue;
    if (last && l[0] > last + 1) fresh.push([n, [l[0] - 1, l[1], '', '', '… ' + (l[0] - last - 1) + ' lines came too fast to be shown …', l[5]]]);
    known.push(l);
    if (known.length > MOST) known.shift();
    if (wanted(n, l)) fresh.push([n, l]);
  }
  if (!fresh.length) return;
  fresh.sort(earlier);
  list.append(...fresh.map(([n, l]) => item(n, l)));
  while (list.children.length > MOST) list.firstChild.remove();
  end();
}
for (const c of [stream, level]) c.addEventListener('change', redraw);
text.addEventListener('input', redraw);
list.addEventListener('scroll', () => {
  if (list.scrollTop + list.clientHeight < list.scrollHeight - 40 && follow.checked && list.matches(':hover')) follow.checked = false;
});
/* Anew with each connection: it may have missed lines, or another daemon counts from one again. */
function load() {
  for (const n in streams) streams[n] = [];
  fetch('console.json').then(r => r.json()).then(all => {
    for (const n in streams) {
      const last = all[n].length ? all[n][all[n].length - 1][0] : 0;
      streams[n] = all[n].concat(streams[n].filter(l => l[0] > last));
    }
    redraw();
  }).catch(() => {});
}

/* Workers by text; the field comes and goes with its part of the page. */
function filterWorkers() {
  const t = $('worker') ? $('worker').value.toLowerCase() : '';
  for (const row of document.querySelectorAll('tr[data-worker]'))
    row.hidden = !!t && !row.textContent.toLowerCase().includes(t);
}
document.addEventListener('input', e => { if (e.target.id === 'worker') filterWorkers(); });

/* Live. */
const live = $('live');
let source, again;
function shut() { clearTimeout(again); if (source) source.close(); }
function open() {
  shut();
  source = new EventSource('events');
  source.onopen = () => { live.className = 'on'; live.textContent = 'live'; load(); };
  source.onerror = () => {
    live.className = 'off'; live.textContent = 'not live: reconnecting';
    if (source.readyState === 2) again = setTimeout(open, 5000); /* it was refused: browsers give up */
  };
  source.addEventListener('update', e => {
    const d = JSON.parse(e.data);
    for (const id in d.sections) show(id, d.sections[id]);
    if (d.title) document.title = d.title;
    if (d.lines) add(d.lines);
  });
}
document.addEventListener('visibilitychange', () => {
  if (document.hidden) { shut(); live.textContent = ''; } else open();
});
addEventListener('pagehide', shut);
open();

/* Actions: the same forms as without a script, but the page stays. */
let said;
function say(message) {
  $('said').textContent = message;
  clearTimeout(said);
  said = setTimeout(() => { $('said').textContent = ''; }, 6000);
}
document.addEventListener('submit', async e => {
  const form = e.target, button = e.submitter;
  if (form.method !== 'post') return;
  e.preventDefault();
  const sure = button && button.dataset.sure;
  if (sure && !confirm(sure)) return;
  const url = button && button.hasAttribute('formaction') ? button.formAction : form.action;
  try {
    const r = await fetch(url, {method: 'POST', headers: {Accept: 'text/plain'}, body: new URLSearchParams(new FormData(form))});
    const answer = await r.text();
    if (r.ok && button && button.dataset.show) {
      $('dumphead').textContent = button.dataset.show;
      $('dumptext').textContent = answer;
      $('dump').showModal();
    } else say(answer.trim());
  } catch (x) { say('The daemon did not answer: ' + x.message); }
});

/* Keys. */
addEventListener('keydown', e => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.matches('input,select,textarea')) {
    if (e.key === 'Escape') e.target.blur();
    return;
  }
  const jump = {h: 'top', b: 'busy', r: 'runners', w: 'workers', q: 'queues', c: 'console', s: 'settings'}[e.key];
  if (jump) $(jump).scrollIntoView();
  else if (e.key === '/') { e.preventDefault(); text.focus(); }
});
})();
