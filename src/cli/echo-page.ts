/** The page of `antiphon echo`: plain HTML and the browser's own WebSocket, to see messages go and come. */

/** One file, no dependencies. */
export const echoPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Antiphon echo</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --dim: color-mix(in srgb, currentColor 60%, transparent); }
  * { box-sizing: border-box; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2.5rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; margin: 0; }
  header { display: flex; align-items: baseline; gap: 1rem; margin-bottom: 1rem; }
  #state { color: var(--dim); }
  #state::before { content: "\\25cf "; color: #b3261e; }
  #state[data-open]::before { color: #1a7f37; }
  form { display: flex; gap: .5rem; }
  input { flex: 1; font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; }
  button { font: inherit; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
  ol { list-style: none; margin: 1rem 0 0; padding: 0; font-family: ui-monospace, monospace; font-size: .9rem; }
  li { display: flex; gap: .75rem; padding: .35rem .25rem; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
  li span:first-child { color: var(--dim); } li span:nth-child(2) { flex: 1; } li span:last-child { color: var(--dim); white-space: nowrap; }
</style>
</head>
<body>
<header><h1>Antiphon echo</h1><span id="state" role="status">connecting</span></header>
<form><input id="text" placeholder="Type a message" aria-label="Message" autocomplete="off" autofocus>
<button>Send</button><button type="button" id="bytes" title="Send the text as a binary message">Send bytes</button></form>
<ol id="log" aria-live="polite"></ol>
<script>
  const [state, text, log] = ["state", "text", "log"].map((id) => document.getElementById(id));
  const sent = [];
  let socket;
  let attempt = 0;
  function show(direction, data, note = "") {
    const row = document.createElement("li");
    for (const part of [direction, data, note]) row.append(Object.assign(document.createElement("span"), { textContent: part }));
    log.prepend(row);
    while (log.childElementCount > 200) log.lastElementChild.remove();
  }
  function describe(data) {
    if (typeof data === "string") return data === "" ? "(empty text)" : data;
    return data.byteLength + " bytes: " + Array.from(new Uint8Array(data, 0, Math.min(16, data.byteLength)), (b) => b.toString(16).padStart(2, "0")).join(" ");
  }
  function connect() {
    socket = new WebSocket(location.href.replace(/^http/, "ws").replace(/#.*/, ""));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { attempt = 0; state.textContent = "open"; state.dataset.open = ""; };
    socket.onmessage = ({ data }) => show("\\u2190", describe(data), sent.length ? (performance.now() - sent.shift()).toFixed(1) + " ms" : "");
    socket.onclose = ({ code }) => {
      delete state.dataset.open;
      sent.length = 0;
      const delay = Math.min(5000, 250 * 2 ** attempt++) * (0.5 + Math.random() / 2);
      state.textContent = "closed with code " + code + ", trying again";
      setTimeout(connect, delay);
    };
  }
  function send(data) {
    if (socket.readyState !== WebSocket.OPEN) return show("!", "not connected; nothing was sent");
    show("\\u2192", describe(data));
    sent.push(performance.now());
    socket.send(data);
  }
  document.querySelector("form").onsubmit = (event) => { event.preventDefault(); send(text.value); text.value = ""; text.focus(); };
  document.getElementById("bytes").onclick = () => { send(new TextEncoder().encode(text.value).buffer); text.value = ""; text.focus(); };
  connect();
</script>
</body>
</html>
`;
