/**
 * Reads all bytes of a body, but never more than `most` of them (counted after decompression).
 * Rejects as the body does. The rest is cancelled without waiting for it.
 * @returns `undefined` if there is more
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array> | null | undefined,
  most: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = (await reader?.next()) ?? { done: true, value: undefined };
    if (done === true) return Buffer.concat(chunks, size);
    size += value.byteLength;
    if (size > most) {
      reader?.return?.().catch(() => undefined);
      return undefined;
    }
    chunks.push(value);
  }
}
