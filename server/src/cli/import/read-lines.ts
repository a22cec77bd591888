/** Longest line, in bytes without its line break. */
export const LINE_MOST = 65_536;

/** One line of a file. */
export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** Without its line break. `null`: longer than {@link LINE_MOST}, and not kept. */
  readonly bytes: Uint8Array | null;
  /** Where in the file it ends. */
  readonly end: number;
  /** Did the file end before a line break? */
  readonly isCut: boolean;
}

const LF = 0x0a;
const CR = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * The lines of a file, by LF or CRLF, as many at once as a chunk ends. A byte order mark at the beginning is left out. However long a line is, no more of it
 * is held than {@link LINE_MOST}.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly FileLine[]> {
  let number = 0;
  let end = 0;
  let held: Uint8Array[] = [];
  let size = 0;

  function add(piece: Uint8Array): void {
    size += piece.length;
    // One byte more for a CR. What is too long already is not kept.
    if (size <= LINE_MOST + 1) held.push(piece);
    else held = [];
  }
  function take(isCut: boolean): FileLine {
    number += 1;
    let line: Uint8Array = held.length === 1 && held[0] !== undefined ? held[0] : Buffer.concat(held);
    if (number === 1 && BYTE_ORDER_MARK.every((byte, at) => line[at] === byte)) line = line.subarray(3);
    if (!isCut && line.at(-1) === CR) line = line.subarray(0, -1);
    const isTooLong = size > LINE_MOST + 1 || line.length > LINE_MOST;
    held = [];
    size = 0;
    return { number, bytes: isTooLong ? null : line, end, isCut };
  }

  for await (const chunk of chunks) {
    const lines: FileLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      add(chunk.subarray(from, at));
      end += at + 1 - from;
      from = at + 1;
      lines.push(take(false));
    }
    if (from < chunk.length) {
      add(chunk.subarray(from));
      end += chunk.length - from;
    }
    yield lines;
  }
  if (size > 0) yield [take(true)];
}
