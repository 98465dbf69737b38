/** The page of BlackSheep's chat: connects and disconnects as it is told, and shows who said what, and when. */
// @ts-nocheck: this is the browser's world, whose types the project does not load.

const ids = ["connect", "disconnect", "status", "form", "text", "submit", "messages"];
const [connect, disconnect, status, form, text, submit, messages] = ids.map((id) => document.getElementById(id));
const clientId = crypto.randomUUID();
let socket;

connect.onclick = () => {
  socket = new WebSocket(`/ws/${clientId}`);
  show("connecting");
  socket.onopen = () => show("connected");
  socket.onclose = ({ code }) => show(`disconnected (${code})`);
  socket.onmessage = ({ data }) => {
    const { author, text, timestamp } = JSON.parse(data);
    const line = document.createElement("li");
    line.textContent = `${new Date(timestamp).toLocaleTimeString()} ${author}: ${text}`;
    messages.append(line);
  };
};
disconnect.onclick = () => socket.close();
form.onsubmit = (event) => {
  event.preventDefault();
  socket.send(text.value);
  text.value = "";
};

function show(words) {
  connect.disabled = socket.readyState !== WebSocket.CLOSED;
  disconnect.disabled = submit.disabled = socket.readyState !== WebSocket.OPEN;
  status.value = words;
}
