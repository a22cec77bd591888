/**
 * What the feed sent is not what docs/protocol.md §6 says: the reader is out of touch and opens the feed anew. The
 * message quotes nothing that was sent.
 */
export class FeedFault extends Error {
  override readonly name = "FeedFault";
  /** `not_understood`: everything up to here still counts. `disorder`: nothing does, everything is to be read anew. */
  readonly kind: "not_understood" | "disorder";

  constructor(kind: "not_understood" | "disorder", message: string) {
    super(message);
    this.kind = kind;
  }
}
