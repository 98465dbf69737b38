/** The chat page of `antiphon serve`: plain HTML and the browser's own WebSocket, for a first look. */

/** One file, no dependencies. The room is the part of the address behind `#`. */
export const chatPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Antiphon chat</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --dim: color-mix(in srgb, currentColor 65%, transparent);
    --paper: light-dark(#f6f6f8, #1b1c20); --card: light-dark(#fff, #26272c); --mine: light-dark(#dfe6ff, #303c66);
    --good: light-dark(#1a7f37, #4ade80); --bad: light-dark(#b3261e, #ff8a80); --accent: light-dark(#3b5bdb, #91a7ff); }
  * { box-sizing: border-box; }
  html, body { height: 100%; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: var(--paper); }
  main { display: grid; grid-template: auto 1fr auto / 1fr 12rem; gap: 0 1.25rem; max-width: 60rem; height: 100dvh; margin: auto; padding: 1rem; }
  header { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; padding-bottom: .75rem; }
  h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: .85rem; color: var(--dim); margin: 0 0 .35rem; }
  #state { color: var(--dim); }
  #state::before { content: ""; display: inline-block; width: .6em; height: .6em; border-radius: 50%; margin-right: .45em; background: var(--bad); }
  #state[data-open]::before { background: var(--good); }
  #rooms { margin-left: auto; } a { color: var(--accent); }
  ol, ul { list-style: none; margin: 0; padding: 0; }
  #log { overflow-y: auto; display: flex; flex-direction: column; gap: .35rem; padding: .25rem 0; }
  #log li { max-width: 85%; align-self: flex-start; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .35rem .75rem; overflow-wrap: anywhere; white-space: pre-wrap; }
  #log b { display: block; font-size: .8rem; color: var(--accent); }
  #log .mine { align-self: flex-end; background: var(--mine); }
  #log .note { align-self: center; background: none; border: 0; color: var(--dim); font-size: .85rem; padding: 0; }
  #people li { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  form { grid-column: 1 / -1; display: flex; gap: .5rem; padding-top: .75rem; }
  input { font: inherit; color: inherit; background: var(--card); padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; min-width: 0; }
  #name { width: 9rem; } #text { flex: 1; }
  input::placeholder { color: var(--dim); opacity: 1; }
  button { font: inherit; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
  @media (max-width: 40rem) { main { grid-template-columns: 1fr; } aside { display: none; } #name { width: 6rem; } }
</style>
</head>
<body>
<main>
<header><h1 id="room"></h1><span id="state" role="status">connecting</span><span id="rooms"></span></header>
<ol id="log" aria-live="polite"></ol>
<aside><h2>Here now</h2><ul id="people"></ul></aside>
<form><input id="name" aria-label="Your name" maxlength="32" placeholder="Your name" autocomplete="off">
<input id="text" aria-label="Message" maxlength="2000" placeholder="Say something" autocomplete="off" autofocus><button>Send</button></form>
</main>
<script>
  const part = (id) => document.getElementById(id);
  const [title, state, log, list, nameField, text] = ["room", "state", "log", "people", "name", "text"].map(part);
  const rooms = ["lobby", "tea", "music"];
  const people = new Map();
  let socket, me, room, attempt = 0, timer;
  nameField.value = localStorage.getItem("antiphon-name") ?? "Guest " + Math.ceil(Math.random() * 99);

  function show(kind, said, name) {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const row = Object.assign(document.createElement("li"), { className: kind });
    if (name) row.append(Object.assign(document.createElement("b"), { textContent: name }));
    row.append(said);
    log.append(row);
    while (log.childElementCount > 500) log.firstElementChild.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
  }
  function showPeople() {
    const names = [...people].map(([id, name]) => id === me ? name + " (you)" : name).sort();
    list.replaceChildren(...names.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
  }
  const heard = {
    welcome: ({ id }) => { me = id; },
    people: ({ people: all }) => { people.clear(); for (const { id, name } of all) people.set(id, name); showPeople(); },
    join: ({ id, name }) => { if (people.has(id)) return; people.set(id, name); show("note", name + " is here"); showPeople(); },
    leave: ({ id, name }) => { if (people.delete(id)) show("note", name + " has left"); showPeople(); },
    message: ({ id, name, text: said }) => show(id === me ? "mine" : "", said, id === me ? "" : name),
    refused: ({ text: why }) => show("note", why),
  };
  function connect() {
    clearTimeout(timer);
    if (socket) { socket.onclose = null; socket.onmessage = null; socket.close(); }
    room = decodeURIComponent(location.hash.slice(1)) || "lobby";
    title.textContent = document.title = "# " + room;
    part("rooms").replaceChildren(...rooms.filter((one) => one !== room).flatMap((one) => [Object.assign(document.createElement("a"), { href: "#" + one, textContent: "# " + one }), " "]));
    const url = new URL("/chat/" + encodeURIComponent(room), location.href.replace(/^http/, "ws"));
    url.hash = "";
    url.searchParams.set("name", nameField.value.trim() || "Guest");
    state.textContent = "connecting";
    delete state.dataset.open;
    socket = new WebSocket(url);
    socket.onopen = () => { attempt = 0; state.textContent = "open"; state.dataset.open = ""; };
    socket.onmessage = ({ data }) => { const event = JSON.parse(data); heard[event.type]?.(event); };
    socket.onclose = ({ code }) => {
      delete state.dataset.open;
      state.textContent = "connection lost (" + code + "), trying again";
      people.clear();
      showPeople();
      timer = setTimeout(connect, Math.min(5000, 250 * 2 ** attempt++) * (0.5 + Math.random() / 2));
    };
  }
  document.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    if (text.value.trim() === "") return;
    if (socket.readyState !== WebSocket.OPEN) return show("note", "Not connected: nothing was sent.");
    socket.send(text.value);
    text.value = "";
    text.focus();
  };
  nameField.onchange = () => { localStorage.setItem("antiphon-name", nameField.value); connect(); };
  onhashchange = () => { log.replaceChildren(); connect(); };
  connect();
</script>
</body>
</html>
`;
