/** kn-sock, WebSocket Utilities, "Connect (async)": here the same names with `await`, in Node and in browsers. */

import { connect } from "antiphon/client";

const [url = "ws://localhost:8765"] = process.argv.slice(2);

const socket = await connect(url);
await socket.sendText("ping");
console.log(await socket.receiveText({ timeout: 5000 })); // Echo: ping
await socket.close();
