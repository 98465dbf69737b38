/** Responder, examples/websocket_chat.py: here the page and the socket share a path, and a name is asked for before anybody is let in. */

import { App } from "antiphon";

export const app = new App();

app.ws("/chat", async (socket) => {
  const name = socket.query.get("name")?.trim();
  if (!name) return socket.reject(400, "a name, please: /chat?name=Ada");

  const room = socket.join("chat");
  room.sendText(`${name} joined`);
  for await (const text of socket.iterText()) room.sendText(`${name}: ${text}`);
  room.sendText(`${name} left`);
});

app.http.get("/chat", (c) => c.html(PAGE));

const PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>Chat</title>
  <form id="enter"><input id="name" aria-label="Your name" required> <button>Enter</button></form>
  <form id="say" hidden><input id="text" aria-label="Message" autocomplete="off"> <button>Say</button></form>
  <pre id="log"></pre>
  <script type="module">
    const [enter, name, say, text, log] = ["enter", "name", "say", "text", "log"].map((id) => document.getElementById(id));
    let socket;
    enter.onsubmit = (event) => {
      event.preventDefault();
      socket = new WebSocket(location.origin.replace("http", "ws") + "/chat?name=" + encodeURIComponent(name.value));
      socket.onopen = () => {
        [enter.hidden, say.hidden] = [true, false];
        text.focus();
      };
      socket.onmessage = ({ data }) => log.append(data, "\\n");
      socket.onclose = () => ([enter.hidden, say.hidden] = [false, true]);
    };
    say.onsubmit = (event) => {
      event.preventDefault();
      socket.send(text.value);
      text.value = "";
    };
  </script>
</html>`;

if (process.argv[1] === import.meta.filename) await app.listen({ port: 5042 });
