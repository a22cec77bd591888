const HIDDEN = "[hidden]";
const DEEPEST = 8;
const LONGEST_LIST = 100;

/** Compared without case, `_` and `-`. */
const SECRET_NAME =
  /(?:authorization|cookie|secret|password|passphrase|token|sessionkey|privatekey|apikey|credential)s?$/;
const SECRET_NAMES = new Set([
  "code",
  "phonecode",
  "logincode",
  "jscode",
  "dpop",
  "jws",
  "jwt",
  "ticket",
  "sealedprivate",
]);

/** Shapes of what must not be read, wherever they turn up in a text. */
const SECRET_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/\bhr1\.[A-Za-z0-9_-]{16,}/g, `hr1.${HIDDEN}`],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*/g, HIDDEN],
  [/\b(Bearer|DPoP|Basic) +[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${HIDDEN}`],
  [
    /\b(secret|js_code|code|phone_code|access_token|refresh_token|client_secret|session_key)=[^&\s"'\\]+/gi,
    `$1=${HIDDEN}`,
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^"]*?-----END [A-Z ]*PRIVATE KEY-----/g, HIDDEN],
];

/** Must the value of a member of this name stay out of the log? */
function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return SECRET_NAMES.has(plain) || SECRET_NAME.test(plain);
}

/** The text without the tokens, credentials and keys in it. Keeps JSON valid. */
export function redactText(text: string): string {
  return SECRET_TEXTS.reduce((left, [shape, instead]) => left.replace(shape, instead), text);
}

/** A copy for the log: secrets by name hidden at any depth, errors as plain objects, nothing endless. */
export function redact(value: unknown): unknown {
  return copyOf(value, DEEPEST, new Set());
}

function copyOf(value: unknown, levels: number, above: ReadonlySet<object>): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return typeof value === "function" ? "[function]" : value;
  if (above.has(value)) return "[circular]";
  if (levels === 0) return "[deeper]";
  const within = new Set([...above, value]);
  const next = (inner: unknown) => copyOf(inner, levels - 1, within);
  if (value instanceof Error) return errorFields(value, next);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map(next);
  if (value instanceof Date || value instanceof URL) return value.toJSON();
  const entries =
    value instanceof Map ? [...value].map(([name, inner]) => [String(name), inner]) : Object.entries(value);
  if (value instanceof Set) return [...value].slice(0, LONGEST_LIST).map(next);
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of entries) {
    const hide = isSecretName(name) && inner !== undefined && inner !== null && typeof inner !== "boolean";
    Object.defineProperty(copy, name, { value: hide ? HIDDEN : next(inner), enumerable: true });
  }
  return copy;
}

/** What an operator needs of an error: never its other members, which may carry requests and their secrets. */
function errorFields(error: Error, next: (inner: unknown) => unknown): object {
  const fields: Record<string, unknown> = { type: error.name, message: error.message };
  const has = (name: string): unknown =>
    name in error ? Object.entries(error).find(([key]) => key === name)?.[1] : undefined;
  for (const name of ["reason", "why", "detail", "errcode"]) {
    const found = has(name);
    if (typeof found === "string" || typeof found === "number") fields[name] = found;
  }
  // The system's own words, such as ECONNREFUSED; a platform's login code is called the same.
  const code = has("code");
  if (typeof code === "string" && /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/.test(code) && code.length <= 48)
    fields["code"] = code;
  if (error.stack !== undefined) fields["stack"] = error.stack;
  if (error.cause !== undefined) fields["cause"] = next(error.cause);
  if (error instanceof AggregateError) fields["errors"] = next(error.errors);
  return fields;
}
