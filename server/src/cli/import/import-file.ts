import { type FileHandle, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { messageOf } from "../../core/errors/message-of.ts";
import type { Importing } from "../../hufu/open-import.ts";
import type { App } from "../../platform/platform.ts";
import type { ImportLine } from "../../session/administration/import-users.ts";
import { IMPORTED_MOST } from "../../store/import.ts";
import { Failure } from "../output/failure.ts";
import { printableText } from "../output/printable.ts";
import { type FileLine, readLines } from "./read-lines.ts";
import { EMPTY, type LineMistake, readUserLine, type UserLine } from "./user-line.ts";

const READ_BYTES = 262_144;
/**
 * Up to this size and so many lines a file is read once, and what was checked is kept; a larger one is read again, so that
 * memory is bounded. Lines count besides, because one of two bytes takes fifty times that.
 */
const KEPT_BYTES = 33_554_432;
const KEPT_LINES = 1_000_000;
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

/** A file that is read from its beginning, more than once. It is held open: one that takes its name meanwhile is another. */
export interface ImportFile {
  readonly size: number;
  /**
   * Its lines, a batch at a time.
   * @throws Failure that names the line, for what is wrong with a whole file: an unknown member, app or role; and if the
   * file has changed since it was opened, because what is read then was not checked
   */
  batches(): AsyncGenerator<Batch>;
  close(): Promise<void>;
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
  const { file, size, assertUnchanged } = await openUnchanging(path);
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
    const chunks = file.createReadStream({ start: 0, autoClose: false, highWaterMark: READ_BYTES });
    for await (const some of readLines(chunks)) {
      for (const line of some) {
        last = line;
        const { number } = line;
        const read = readUserLine(line);
        if (read === EMPTY) continue;
        if (!("why" in read)) lines.push(lineOf(line, read, apps.get(read.app) ?? (await findApp(read.app, number))));
        else if (read.why === "member_unknown") throw new Failure(`line ${number}: ${read.detail}`);
        else mistakes.push({ ...read, number });
        if (lines.length + mistakes.length < IMPORTED_MOST) continue;
        await assertUnchanged();
        yield { lines, mistakes, last: number, end: line.end };
        [lines, mistakes] = [[], []];
      }
    }
    await assertUnchanged();
    if (lines.length + mistakes.length > 0 && last !== undefined) {
      yield { lines, mistakes, last: last.number, end: last.end };
    }
  }

  let kept: readonly Batch[] | undefined;

  async function* batches(): AsyncGenerator<Batch> {
    if (kept !== undefined) return yield* kept;
    let read: Batch[] | undefined = size <= KEPT_BYTES ? [] : undefined;
    for await (const batch of readBatches()) {
      if (batch.last > KEPT_LINES) read = undefined;
      read?.push(batch);
      yield batch;
    }
    kept = read;
  }

  return Object.freeze({ size, batches, close: () => file.close() });
}

/** A file and what it was when it was opened. @throws Failure for what is not a file */
async function openUnchanging(path: string): Promise<{
  readonly file: FileHandle;
  readonly size: number;
  /** @throws Failure */
  assertUnchanged(): Promise<void>;
}> {
  const none = new Failure(`there is no file ${printableText(path)}`);
  // A pipe would be waited for.
  if ((await stat(path).catch(() => undefined))?.isFile() !== true) throw none;
  const file = await open(path).catch((cause: unknown) => {
    throw new Failure(`the file ${printableText(path)} cannot be read: ${messageOf(cause)}`);
  });
  const first = await file.stat({ bigint: true });
  return {
    file,
    size: Number(first.size),
    async assertUnchanged() {
      const { size, mtimeNs } = await file.stat({ bigint: true });
      if (size === first.size && mtimeNs === first.mtimeNs) return;
      throw new Failure(
        `the file ${printableText(path)} changed while it was read. Run the same command again when its writer has finished: ` +
          "it recognises what is done",
      );
    },
  };
}
