/** Where a handshake goes: request target and authority (RFC 9112, 3.2; RFC 3986, 3.2). Checks their form only. */

/** Whether the target is a path with an optional query (origin-form), without a fragment. */
export function isOriginForm(target: string): boolean {
  return ORIGIN_FORM.test(target);
}

/** Whether the target is a whole HTTP URI (absolute-form), as RFC 6455, 4.2.1 allows. */
export function isAbsoluteForm(target: string): boolean {
  return ABSOLUTE_FORM.test(target);
}

/** Whether the text is one host with an optional port, as `Host` and `:authority` hold it. */
export function isAuthority(text: string): boolean {
  return AUTHORITY.test(text);
}

// RFC 6455, 3: "Fragment identifiers are meaningless in the context of WebSocket URIs and MUST NOT be used on these URIs."
// Our choice: every other visible ASCII character may stand in a path, as browsers send some that RFC 3986 would escape.
const ORIGIN_FORM = /^\/[\x21\x22\x24-\x7e]*$/;
const ABSOLUTE_FORM = /^https?:\/\/[\x21\x22\x24-\x7e]+$/i;

// RFC 9110, 7.2: Host = uri-host [ ":" port ]. Our choice: no comma, so that two joined Host fields never pass for one.
const AUTHORITY = /^(?:\[[0-9A-Za-z:.%_~-]+\]|[0-9A-Za-z\-._~!$&'()*+;=%]+)(?::[0-9]*)?$/;
