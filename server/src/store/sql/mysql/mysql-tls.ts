import { readFileSync } from "node:fs";

/** What `mysql2` takes, as far as Hufu sets it. */
export interface MysqlTls extends Readonly<Record<string, unknown>> {
  /** Is the server's certificate for the host of the URL? */
  readonly verifyIdentity: boolean;
}

/**
 * Reads `ssl` of a database URL. The driver's own default checks the authority and not the host's name, so that any
 * certificate of that authority would do.
 * @throws TypeError for what is neither `true`, `false` nor a JSON object
 */
export function mysqlTls(written: string | null): MysqlTls | undefined {
  if (written === null || written === "false") return undefined;
  const given = written === "true" ? {} : jsonObject(written);
  if (given === undefined) {
    throw new TypeError('database: ssl in the URL is true, or a JSON object such as {"minVersion":"TLSv1.2"}');
  }
  return Object.freeze<MysqlTls>({
    verifyIdentity: true,
    ...given,
    ca: pem(given["ca"]),
  });
}

function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** A certificate, or the path of a file that holds it. */
function pem(ca: unknown): unknown {
  if (typeof ca !== "string" || ca.includes("-----BEGIN")) return ca;
  try {
    return readFileSync(ca, "utf8");
  } catch (cause) {
    throw new TypeError(`database: the file ${ca}, which ssl.ca in the URL names, cannot be read`, { cause });
  }
}
