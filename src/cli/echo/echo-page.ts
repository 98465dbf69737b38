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
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --dim: color-mix(in srgb, currentColor 65%, transparent);
    --good: light-dark(#1a7f37, #4ade80); --bad: light-dark(#b3261e, #ff8a80); --accent: light-dark(#3b5bdb, #91a7ff); }
  * { box-sizing: border-box; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2.5rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; margin: 0; }
  header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin-bottom: 1rem; }
  #state::before { content: ""; display: inline-block; width: .6em; height: .6em; border-radius: 50%; margin-right: .45em; background: var(--bad); }
  #state[data-open]::before { background: var(--good); }
  form { display: flex; flex-wrap: wrap; gap: .5rem; }
  input { flex: 1 1 14rem; min-width: 0; font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; }
  input::placeholder { color: var(--dim); opacity: 1; }
  button { font: inherit; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem; cursor: pointer; }
  ol { list-style: none; margin: 1.25rem 0 0; padding: 0; font-family: ui-monospace, monospace; font-size: .9rem; }
  li { display: grid; grid-template-columns: 3.5rem 1fr 4.5rem; gap: .75rem; padding: .35rem .25rem; border-top: 1px solid var(--line); }
  li span { overflow-wrap: anywhere; } li span:last-child { color: var(--dim); text-align: right; }
  .sent span:first-child { color: var(--accent); } .echo span:first-child { color: var(--good); } .note { color: var(--dim); }
</style>
</head>
<body>
<header><h1>Antiphon echo</h1><span id="state" role="status">connecting</span></header>
<form><input id="text" placeholder="Type a message" aria-label="Message" autocomplete="off" autofocus>
<button>Send</button><button type="button" id="bytes" title="Send the text as a binary message">Send bytes</button></form>
<ol id="log" aria-live="polite"></ol>
<script>
  const [state, text, log] = ["state", "text", "log"].map((id) => document.getElementById(id));
  const url = location.href.replace(/^http/, "ws").replace(/#.*/, "");
  const sent = [];
  let socket;
  let attempt = 0;
  function show(kind, label, data, note = "") {
    const row = Object.assign(document.createElement("li"), { className: kind });
    for (const part of [label, data, note]) row.append(Object.assign(document.createElement("span"), { textContent: part }));
    log.prepend(row);
    while (log.childElementCount > 200) log.lastElementChild.remove();
  }
  function describe(data) {
    if (typeof data === "string") {
      if (data === "") return "(empty text)";
      return data.length > 2000 ? data.slice(0, 2000) + "\u2026 (" + data.length + " characters)" : data;
    }
    const hex = Array.from(new Uint8Array(data, 0, Math.min(16, data.byteLength)), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    return data.byteLength + (data.byteLength === 1 ? " byte" : " bytes") + (hex && ": " + hex) + (data.byteLength > 16 ? " \u2026" : "");
  }
  function connect() {
    socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => { attempt = 0; state.textContent = "open"; state.dataset.open = ""; };
    socket.onmessage = ({ data }) => show("echo", "echo", describe(data), sent.length ? (performance.now() - sent.shift()).toFixed(1) + " ms" : "");
    socket.onclose = ({ code }) => {
      delete state.dataset.open;
      sent.length = 0;
      state.textContent = "connection lost (" + code + "), trying again";
      setTimeout(connect, Math.min(5000, 250 * 2 ** attempt++) * (0.5 + Math.random() / 2));
    };
  }
  function send(data) {
    if (socket.readyState !== WebSocket.OPEN) return show("note", "", "Not connected: nothing was sent.");
    show("sent", "sent", describe(data));
    sent.push(performance.now());
    socket.send(data);
    text.value = "";
  }
  document.querySelector("form").onsubmit = (event) => { event.preventDefault(); send(text.value); text.focus(); };
  document.getElementById("bytes").onclick = () => { send(new TextEncoder().encode(text.value).buffer); text.focus(); };
  show("note", "", "Every message comes back from " + url);
  connect();
</script>
</body>
</html>
`;
