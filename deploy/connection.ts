// The URL of Hufu's database, for the programs that back it up and restore it.

/** Where the database is: a file, or a server by the variables of its own programs. */
export type Connection = { readonly file: string } | { readonly env: NodeJS.ProcessEnv };

/** Parameters of the URL that libpq knows by another name than Node's driver. */
const PARAMETERS: Readonly<Record<string, string>> = {
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  options: "PGOPTIONS",
};

/** @throws Error that does not repeat the URL, in which a password may stand */
export function connectionOf(url: string): Connection {
  const file = /^sqlite:(.+)$/.exec(url)?.[1];
  if (file !== undefined) return { file };
  if (!/^postgres(?:ql)?:\/\//.test(url)) throw new Error("HUFU_DATABASE is neither sqlite:FILE nor postgres://…");
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  // What Node's driver encrypts, libpq would send in plain if the server wished so.
  const encrypted = searchParams.get("ssl") === "true" ? "require" : null;
  const named = Object.entries(PARAMETERS).map(([parameter, name]) => [name, searchParams.get(parameter)] as const);
  const found = [
    // A socket's folder is written %2Frun%2Fpostgresql; libpq knows no brackets around an IPv6 address.
    ["PGHOST", searchParams.get("host") ?? decodeURIComponent(hostname).replace(/^\[(.*)\]$/, "$1")],
    ["PGPORT", searchParams.get("port") ?? port],
    ["PGUSER", searchParams.get("user") ?? decodeURIComponent(username)],
    ["PGPASSWORD", searchParams.get("password") ?? decodeURIComponent(password)],
    ["PGDATABASE", decodeURIComponent(pathname.slice(1))],
    ["PGSSLMODE", encrypted] as const,
    ...named,
  ].filter(([, value]) => value !== null && value !== "");
  return { env: { ...process.env, ...Object.fromEntries(found) } };
}
