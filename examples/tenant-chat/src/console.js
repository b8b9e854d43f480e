// Where the staff of a tenant see who waits, and answer.

/** Puts the console into an element of a page; gives a function that takes it away again. */
export function open(element, { server, token, every = 10_000, now = Date.now }) {
  const document = element.ownerDocument;
  let current = null;
  let timer = null;

  function make(name, properties = {}, ...children) {
    const made = document.createElement(name);
    Object.assign(made, properties);
    made.append(...children);
    return made;
  }

  const queue = make('ul');
  const room = make('section', { hidden: true });
  const found = make('ol');
  const field = make('input', { type: 'search', placeholder: 'Search' });
  const note = make('p');
  note.setAttribute('role', 'status');
  element.append(make('form', { onsubmit: search }, field), note, queue, room, found);

  async function call(method, path, value) {
    const answer = await fetch(`${server}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: value && JSON.stringify(value),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.error);
    return told;
  }

  // What goes wrong is told, and the console stays as it was.
  async function attempt(work) {
    try {
      await work();
      note.textContent = '';
    } catch (error) {
      note.textContent = error.message;
    }
  }

  function waits({ room: name, author, level, until }) {
    const minutes = Math.round((until - now()) / 60_000);
    const left = minutes >= 0 ? `${minutes} min left` : `${-minutes} min late`;
    const button = make('button', { onclick: () => attempt(() => enter(name)) }, `${author}, ${left}`);
    return make('li', { className: `level-${level}` }, button);
  }

  const message = ({ author, body, written }) => make(
    'p',
    { className: author === 'machine' ? 'machine' : 'person' },
    make('b', {}, author),
    ` ${body} `,
    make('time', { dateTime: written }, new Date(written).toLocaleString()),
  );

  async function enter(name) {
    const messages = await call('GET', `/rooms/${encodeURIComponent(name)}`);
    current = name;
    const text = make('textarea', { rows: 4, required: true });
    const answer = make('form', {
      onsubmit: (event) => {
        event.preventDefault();
        attempt(() => reply(text));
      },
    }, text, make('button', {}, 'Answer'));
    room.replaceChildren(make('h2', {}, name), ...messages.reverse().map(message), answer);
    room.hidden = false;
    text.focus();
  }

  async function reply(text) {
    await call('POST', `/answers/${encodeURIComponent(current)}`, { text: text.value });
    await Promise.all([enter(current), load()]);
  }

  function search(event) {
    event.preventDefault();
    attempt(async () => {
      const rows = await call('GET', `/search?text=${encodeURIComponent(field.value)}`);
      const line = (row) => make('button', { onclick: () => attempt(() => enter(row.room)) }, `${row.room}: ${row.body}`);
      found.replaceChildren(...rows.map((row) => make('li', {}, line(row))));
      if (rows.length === 0) throw new Error('nothing found');
    });
  }

  async function load() {
    queue.replaceChildren(...(await call('GET', '/queue')).map(waits));
  }

  async function tick() {
    await attempt(load);
    timer = setTimeout(tick, every);
  }

  tick();
  return () => {
    clearTimeout(timer);
    element.replaceChildren();
  };
}
