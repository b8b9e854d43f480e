// The chat on the page of a tenant.

/** Puts the chat into an element of a page; gives a function that takes it away again. */
export function mount(element, { server, token, room, every = 3000 }) {
  const document = element.ownerDocument;
  const list = document.createElement('ol');
  const form = document.createElement('form');
  const field = document.createElement('input');
  const note = document.createElement('p');
  field.setAttribute('aria-label', 'Your message');
  list.setAttribute('aria-live', 'polite');
  note.setAttribute('role', 'status');
  form.append(field);
  element.append(list, form, note);

  let newest = 0;
  let timer = null;
  let failures = 0;
  let busy = false;
  const waiting = []; // what was written while nobody could be reached

  async function call(method, value) {
    const answer = await fetch(`${server}/rooms/${encodeURIComponent(room)}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: value && JSON.stringify(value),
    });
    const found = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(found.error), { status: answer.status });
    return found;
  }

  function show({ id, author, body, written }) {
    const item = document.createElement('li');
    const when = document.createElement('time');
    when.dateTime = written;
    when.textContent = new Date(written).toLocaleTimeString();
    const text = document.createElement('span');
    text.textContent = body; // never as HTML
    item.className = author === 'machine' ? 'machine' : 'person';
    item.append(text, when);
    list.append(item);
    newest = id;
  }

  async function load() {
    const messages = await call('GET');
    const fresh = messages.filter(({ id }) => id > newest).reverse();
    fresh.forEach(show);
    if (fresh.length > 0) list.lastChild.scrollIntoView({ block: 'nearest' });
  }

  async function flush() {
    while (waiting.length > 0) {
      try {
        const done = await call('POST', { text: waiting[0] });
        note.textContent = done.level > 0 ? `A person answers within ${done.within} minutes.` : '';
      } catch (error) {
        if (!error.status || error.status >= 500) throw error;
        note.textContent = error.message; // it would be refused again
      }
      waiting.shift();
    }
  }

  async function tick() {
    if (busy) return; // what is waiting is sent by the one that runs
    busy = true;
    clearTimeout(timer);
    try {
      await flush();
      await load();
      failures = 0;
    } catch (error) {
      failures += 1;
      note.textContent = error.status === 401 ? 'Please sign in again.' : 'Not connected. Trying again…';
      if (error.status === 401) return;
    } finally {
      busy = false;
    }
    // Longer and longer waits, up to a minute.
    timer = setTimeout(tick, Math.min(60_000, every * 2 ** failures));
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') return;
    field.value = '';
    waiting.push(text);
    tick();
  });

  tick();
  return () => {
    clearTimeout(timer);
    element.replaceChildren();
  };
}
