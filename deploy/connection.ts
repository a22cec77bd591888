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
  const named = Object.entries(PARAMETERS).map(([parameter, name]) => [name, searchParams.get(parameter)] as const);
  const found = [
    ["PGHOST", searchParams.get("host") ?? hostname],
    ["PGPORT", port],
    ["PGUSER", decodeURIComponent(username)],
    ["PGPASSWORD", decodeURIComponent(password)],
    ["PGDATABASE", decodeURIComponent(pathname.slice(1))],
    ...named,
  ].filter(([, value]) => value !== null && value !== "");
  return { env: { ...process.env, ...Object.fromEntries(found) } };
}
