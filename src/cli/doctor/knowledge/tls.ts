/** What goes wrong with TLS: certificates, versions, and what is no TLS at all. */

import type { Knowledge } from "./entry.ts";

/** By id. */
export const tlsKnowledge = {
  "tls-expired": {
    step: "tls",
    severity: "failed",
    title: "the certificate has expired",
    means: "Clients refuse it since that day. Browsers show no page for a WebSocket: it just fails, with 1006.",
    remedy:
      "Renew it, and let the server load the new one (reload or restart). Automate it: certbot, Caddy and the clouds do.",
    symptoms: ["CERT_HAS_EXPIRED", "certificate has expired", "net::ERR_CERT_DATE_INVALID", "CERTIFICATE_EXPIRED"],
  },
  "tls-not-yet-valid": {
    step: "tls",
    severity: "failed",
    title: "the certificate is not valid yet",
    means: "It begins later than now. Mostly a clock is wrong: that of this machine, or the one of whoever made it.",
    remedy: "Set the clock of this machine; else wait, or make the certificate anew.",
    symptoms: ["CERT_NOT_YET_VALID", "certificate is not yet valid", "net::ERR_CERT_DATE_INVALID"],
  },
  "tls-expires-soon": {
    step: "tls",
    severity: "warning",
    title: "the certificate expires within 14 days",
    means:
      "It works until then. What renews it by itself has mostly done so 30 days before the end, so that it may be broken.",
    remedy: "Renew it now, and look at the log of what should have done so.",
    symptoms: ["Let's Encrypt certificate expiration notice"],
  },
  "tls-self-signed": {
    step: "tls",
    severity: "failed",
    title: "the certificate has signed itself",
    means: "No authority stands behind it, so that clients cannot tell whose it is.",
    remedy:
      "For tests, trust it with --ca FILE (Antiphon: tls.ca; Node.js: NODE_EXTRA_CA_CERTS), or open the https: page once in the browser and accept it. For the public, get one of an authority.",
    symptoms: [
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "self-signed certificate",
      "net::ERR_CERT_AUTHORITY_INVALID",
      "CERTIFICATE_SELF_SIGNED",
    ],
  },
  "tls-unknown-authority": {
    step: "tls",
    severity: "failed",
    title: "nobody here knows the authority that signed the certificate",
    means: "It is a private authority (of a company, of mkcert), or a proxy on the way opens TLS and signs anew.",
    remedy:
      "Trust the authority: --ca FILE here, tls.ca in Antiphon, NODE_EXTRA_CA_CERTS for Node.js, the system's store for browsers.",
    symptoms: [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "self-signed certificate in certificate chain",
      "unable to get local issuer certificate",
      "net::ERR_CERT_AUTHORITY_INVALID",
    ],
  },
  "tls-incomplete-chain": {
    step: "tls",
    severity: "failed",
    title: "the server leaves out the certificates between its own and the authority",
    means:
      "Browsers fetch or remember what is missing, so that the page works there; Node.js, Java, Go, Python and phones do not.",
    remedy:
      "Give the server the whole chain: fullchain.pem in place of cert.pem (nginx: ssl_certificate, Apache: SSLCertificateFile), its own certificate first.",
    symptoms: [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "unable to verify the first certificate",
      "works in the browser but not in Node.js",
    ],
  },
  "tls-wrong-name": {
    step: "tls",
    severity: "failed",
    title: "the certificate is for another host",
    means:
      "Its names do not include the one in the URL: another site's certificate is served, or the URL has an address in place of a name.",
    remedy:
      "Use a name that the certificate has, or get one with this name in it (subjectAltName). Look whether the server chooses by SNI.",
    symptoms: [
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "Hostname/IP does not match certificate's altnames",
      "net::ERR_CERT_COMMON_NAME_INVALID",
      "CERTIFICATE_NAME_MISMATCH",
    ],
  },
  "tls-invalid": {
    step: "tls",
    severity: "failed",
    title: "the certificate does not pass",
    means: "It breaks another rule of X.509: a purpose that it may not serve, a signature that is wrong, a revocation.",
    remedy: "Make it anew. `openssl verify` on the chain says more.",
    symptoms: ["INVALID_PURPOSE", "CERT_REVOKED", "CERT_SIGNATURE_FAILURE", "CERTIFICATE_INVALID"],
  },
  "tls-old-version": {
    step: "tls",
    severity: "failed",
    title: "server and client have no version of TLS in common",
    means: "The server offers only TLS 1.0 or 1.1, which clients have given up, or this client was limited.",
    remedy: "Switch TLS 1.2 and 1.3 on in the server or the proxy (nginx: ssl_protocols TLSv1.2 TLSv1.3;).",
    symptoms: [
      "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
      "unsupported protocol",
      "alert protocol version",
      "TLS_VERSION_MISMATCH",
    ],
  },
  "tls-not-spoken": {
    step: "tls",
    severity: "failed",
    title: "the port does not speak TLS",
    means: "The URL is wss:, but what came back is no TLS: a server without TLS, or another protocol.",
    remedy:
      "Write ws: in place of wss:, or name the port with TLS. Behind a proxy that does TLS, connect to the proxy.",
    symptoms: [
      "EPROTO … wrong version number",
      "net::ERR_SSL_PROTOCOL_ERROR",
      "packet length too long",
      "TLS_NOT_SPOKEN",
    ],
  },
  "tls-no-answer": {
    step: "tls",
    severity: "failed",
    title: "the TLS handshake gets no answer",
    means:
      "TCP is open, then comes nothing, or the end: the server does not speak TLS, knows no certificate for this name, or something on the way cuts TLS.",
    remedy:
      "Try ws: in place of wss:. Look at the server's log, at its SNI names, and at firewalls that look into TLS.",
    symptoms: [
      "Client network socket disconnected before secure TLS connection was established",
      "net::ERR_CONNECTION_CLOSED",
      "ECONNRESET in the TLS handshake",
    ],
  },
  "tls-client-certificate": {
    step: "tls",
    severity: "failed",
    title: "the server wants a certificate of the client, or refuses the one it got",
    means: "It asks every client to prove who it is (mutual TLS).",
    remedy: "Give it one: --cert FILE --key FILE here, tls.cert and tls.key in Antiphon.",
    symptoms: [
      "alert certificate required",
      "alert bad certificate",
      "400 No required SSL certificate was sent",
      "net::ERR_BAD_SSL_CLIENT_AUTH_CERT",
    ],
  },
  "tls-failed": {
    step: "tls",
    severity: "failed",
    title: "the TLS handshake fails",
    means: "Server and client agree on no cipher, or the server knows no site of this name (SNI).",
    remedy: "Read OpenSSL's own word for it above. Look at the server's names, ciphers and certificate.",
    symptoms: ["alert handshake failure", "alert unrecognized name", "alert internal error", "TLS_FAILED"],
  },
  "tls-http2-only": {
    step: "tls",
    severity: "failed",
    title: "the server speaks HTTP/2 only",
    means:
      "A WebSocket begins with a request in HTTP/1.1 (RFC 6455), or with HTTP/2's own way (RFC 8441), which few servers have.",
    remedy:
      "Let the server or the proxy speak HTTP/1.1 as well (ALPN http/1.1). If it has RFC 8441, connect with http2: true.",
    symptoms: [
      "alert no application protocol",
      "HTTP/2 client preface string missing or corrupt",
      "HTTP2_WITHOUT_WEBSOCKETS",
    ],
  },
} as const satisfies Readonly<Record<string, Knowledge>>;
