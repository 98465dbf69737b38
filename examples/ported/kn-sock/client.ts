/** kn-sock, WebSocket Protocol, "WebSocket Client": here frames are masked as servers demand, and `using` closes whatever happens. */

import { connect } from "antiphon/blocking";

const [url = "ws://localhost:8765"] = process.argv.slice(2);

using socket = connect(url);
socket.sendText("Hello WebSocket!");
socket.sendText("How are you?");
for (let answers = 0; answers < 2; answers++) console.log("answer:", socket.receiveText());

socket.sendJson({ type: "message", content: "JSON message", timestamp: Date.now() });
console.log("answer to JSON:", socket.receiveText());
