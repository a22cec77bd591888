import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Importing } from "../../hufu/open-import.ts";
import type { App } from "../../platform/platform.ts";
import type { ImportLine } from "../../session/administration/import-users.ts";
import { IMPORTED_MOST } from "../../store/import.ts";
import { Failure } from "../output/failure.ts";
import { printableText } from "../output/printable.ts";
import { type FileLine, readLines } from "./read-lines.ts";
import { EMPTY, type LineMistake, readUserLine, type UserLine } from "./user-line.ts";

const READ_BYTES = 262_144;
/** Up to this size a file is read once, and what was checked is kept; a larger one is read again, so that memory is bounded. */
const KEPT_BYTES = 33_554_432;
/** Apps whose options are remembered; a file names few. */
const APPS_MOST = 1000;

/** Lines that follow each other, and what is wrong with some. */
export interface Batch {
  readonly lines: readonly ImportLine[];
  readonly mistakes: readonly (LineMistake & { readonly number: number })[];
  /** The number of its last line. */
  readonly last: number;
  /** Where that ends in the file, in bytes. */
  readonly end: number;
}

/** A file that is read from its beginning, more than once. */
export interface ImportFile {
  readonly size: number;
  /**
   * Its lines, a batch at a time.
   * @throws Failure that names the line, for what is wrong with a whole file: an unknown member, app or role
   */
  batches(): AsyncGenerator<Batch>;
}

/** @throws Failure for what is not a file */
export async function openImportFile(
  name: string,
  folder: string,
  importing: Pick<Importing, "roles" | "findApp">,
  now: () => number,
): Promise<ImportFile> {
  if (name === "-") throw new Failure("the import needs a file: all of it is checked before anything is imported");
  const path = resolve(folder, name);
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new Failure(`there is no file ${printableText(path)}`);
  const apps = new Map<string, App>();

  async function findApp(clientId: string, number: number): Promise<App> {
    const known = await importing.findApp(clientId);
    if (known === undefined) {
      throw new Failure(`line ${number}: there is no app ${printableText(clientId)} in the configuration`);
    }
    if (apps.size < APPS_MOST) apps.set(clientId, known);
    return known;
  }

  function checkRoles(roles: readonly string[], number: number): void {
    if (roles.length > 0 && importing.roles === null) {
      throw new Failure(`line ${number}: rolesFrom is "host", so your back end owns roles; leave them out of the file`);
    }
    const unknown = roles.find((role) => importing.roles?.has(role) !== true);
    if (unknown !== undefined) throw new Failure(`line ${number}: there is no role ${printableText(unknown)}`);
  }

  function lineOf({ number }: FileLine, read: UserLine, app: App): ImportLine {
    const roles = read.roles ?? [];
    checkRoles(roles, number);
    const { openid, unionid = null, external_id: externalId = null, ban, phone = null } = read;
    const until = ban?.until === undefined || ban.until === null ? null : Date.parse(ban.until);
    const isOver = ban === undefined || ban === null || (until !== null && until <= now());
    return {
      number,
      app,
      openid,
      unionid,
      externalId,
      roles,
      ban: isOver ? null : { reason: ban.reason, until },
      phone,
    };
  }

  async function* readBatches(): AsyncGenerator<Batch> {
    let lines: ImportLine[] = [];
    let mistakes: (LineMistake & { number: number })[] = [];
    let last: FileLine | undefined;
    for await (const some of readLines(createReadStream(path, { highWaterMark: READ_BYTES }))) {
      for (const line of some) {
        last = line;
        const { number } = line;
        const read = readUserLine(line);
        if (read === EMPTY) continue;
        if (!("why" in read)) lines.push(lineOf(line, read, apps.get(read.app) ?? (await findApp(read.app, number))));
        else if (read.why === "member_unknown") throw new Failure(`line ${number}: ${read.detail}`);
        else mistakes.push({ ...read, number });
        if (lines.length + mistakes.length < IMPORTED_MOST) continue;
        yield { lines, mistakes, last: number, end: line.end };
        [lines, mistakes] = [[], []];
      }
    }
    if (lines.length + mistakes.length > 0 && last !== undefined) {
      yield { lines, mistakes, last: last.number, end: last.end };
    }
  }

  const { size } = found;
  let kept: readonly Batch[] | undefined;

  async function* batches(): AsyncGenerator<Batch> {
    if (kept !== undefined) return yield* kept;
    const read: Batch[] = [];
    for await (const batch of readBatches()) {
      if (size <= KEPT_BYTES) read.push(batch);
      yield batch;
    }
    if (size <= KEPT_BYTES) kept = read;
  }

  return Object.freeze({ size, batches });
}
