// A back end that knew its users by the openid alone: its table as CSV, with the columns id, openid, unionid, phone, blocked.
// node openid-table.ts users.csv wx0123456789abcdef > users.ndjson
import { createReadStream } from "node:fs";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline";

const [file = "-", app = ""] = process.argv.slice(2);
if (!app.startsWith("wx")) throw new TypeError("say the appid: node openid-table.ts users.csv wx…");

const input = file === "-" ? stdin : createReadStream(file);
let columns: readonly string[] | undefined;
for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
  const cells = cellsOf(line.replace(/^\ufeff/, ""));
  if (columns === undefined) {
    columns = cells;
    for (const name of ["id", "openid"]) if (!columns.includes(name)) throw new TypeError(`no column ${name}`);
    continue;
  }
  const row = Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? ""]));
  // A user without an openid has never opened the mini program.
  if (!row["openid"]) continue;
  const user = {
    app,
    openid: row["openid"],
    unionid: row["unionid"] || null,
    external_id: row["id"],
    ban: row["blocked"] === "1" ? { reason: "blocked before the move" } : null,
    phone: phoneOf(row["phone"]),
  };
  stdout.write(`${JSON.stringify(user)}\n`);
}

/** Quoted cells may hold commas and doubled quotes, but no line break. */
function cellsOf(line: string): readonly string[] {
  return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

/** Eleven digits are a number of mainland China. Anything else but E.164 is left out. */
function phoneOf(text = ""): string | null {
  if (/^1\d{10}$/.test(text)) return `+86${text}`;
  return /^\+[1-9]\d{6,14}$/.test(text) ? text : null;
}
