/** A mistake in the set-up of Redis, in one sentence with what to do; `undefined` for an outage, which ends by itself. */
export function redisMistake(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message } = error;
  const code = "code" in error ? String(error.code) : "";
  if (/^(?:WRONGPASS|NOAUTH)\b|^ERR (?:invalid password|AUTH <password> called)|Client sent AUTH/i.test(message)) {
    return "Redis refuses the password: set the user and password that Redis knows in redis";
  }
  if (/\bNOPERM\b|can't run this command|No permissions to access/i.test(message)) return rightsMistake(message);
  if (CERTIFICATE.test(code)) {
    return `Redis shows a certificate that cannot be trusted (${code}): use the name in the certificate, and tell this process its authority (NODE_EXTRA_CA_CERTS)`;
  }
  return undefined;
}

/** Codes of TLS that say "this is not who I was told to talk to". */
const CERTIFICATE =
  /^(?:CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)/;

/** What Hufu sends; docs/guides/redis.md lists it, and a test holds a user with exactly these rights against it. */
const RIGHTS =
  "~hufu:* &hufu:* +ping +get +set +del +incr +decr +pttl +pexpire +eval +publish +subscribe +info +cluster";

function rightsMistake(message: string): string {
  const what = /channel/i.test(message) ? "channels" : /\bkeys?\b/i.test(message) ? "keys" : "commands";
  return `Redis does not let this user use the ${what} that Hufu needs: ACL SETUSER … ${RIGHTS}`;
}
