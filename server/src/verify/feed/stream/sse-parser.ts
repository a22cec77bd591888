/** One event of a stream, as its sender wrote it. */
export interface SseEvent {
  /** `message` if it has no name. */
  readonly event: string;
  /** Its lines, joined by line feeds. */
  readonly data: string;
  /** The event's own id; `undefined` if it has none; an earlier event's id does not count. */
  readonly id: string | undefined;
}

/** Takes a stream in as it comes, in pieces cut anywhere. */
export interface SseParser {
  /**
   * The events that this piece completes.
   * @throws Error for a line or event that is too long, and for what is no UTF-8
   */
  push(piece: Uint8Array): readonly SseEvent[];
}

/** Longest event in characters, line by line and in all: 32 roles' worth of permissions, several times over. */
export const MOST_CHARACTERS = 131_072;

const LF = 0x0a;
const CR = 0x0d;

/**
 * Reads `text/event-stream`. Stricter than a browser: bytes that are no UTF-8 are an error and not a question mark, and
 * an event that has a name but no data is told and not dropped.
 * @see the HTML standard, "Interpreting an event stream"
 */
export function createSseParser(): SseParser {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let begun = "";
  let afterCr = false;
  let name = "";
  let data: string[] = [];
  let id: string | undefined;
  let length = 0;

  function endEvent(completed: SseEvent[]): void {
    if (name !== "" || data.length > 0) {
      completed.push({ event: name === "" ? "message" : name, data: data.join("\n"), id });
    }
    name = "";
    data = [];
    id = undefined;
    length = 0;
  }

  function takeLine(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    length += line.length;
    assertShort(length);
    if (field === "data") data.push(value);
    else if (field === "event") name = value;
    else if (field === "id" && !value.includes("\0")) id = value;
  }

  return Object.freeze({
    push(piece: Uint8Array): readonly SseEvent[] {
      const text = decoder.decode(piece, { stream: true });
      const completed: SseEvent[] = [];
      let from = 0;
      // The second half of a CRLF that was cut in two.
      if (afterCr && text !== "") {
        afterCr = false;
        if (text.charCodeAt(0) === LF) from = 1;
      }
      for (let at = from; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (code !== LF && code !== CR) continue;
        const line = begun + text.slice(from, at);
        begun = "";
        if (line === "") endEvent(completed);
        else takeLine(line);
        if (code === CR && at + 1 === text.length) afterCr = true;
        else if (code === CR && text.charCodeAt(at + 1) === LF) at += 1;
        from = at + 1;
      }
      begun += text.slice(from);
      assertShort(begun.length);
      return completed;
    },
  });
}

function assertShort(length: number): void {
  if (length > MOST_CHARACTERS) throw new Error(`a line or event of more than ${MOST_CHARACTERS} characters`);
}
