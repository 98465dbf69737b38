/** Jest's configuration: nothing is compiled, since Node.js runs these modules as they are. */

export default { transform: {} };
