/** kn-sock, WebSocket Utilities, "Connect (sync)": here what goes wrong is a sentence with a code, and the answer cannot be late for ever. */

import { connect } from "antiphon/blocking";

const [url = "ws://localhost:8765"] = process.argv.slice(2);

const socket = connect(url);
socket.sendText("hello");
console.log(socket.receiveText({ timeout: 5000 })); // Echo: hello
socket.close();
