/**
 * A setting forbids to write on what is the primary, so no failover helps. As the cause of an outage while a node runs, and
 * as a mistake at start: some providers switch such a setting on when a disk is full.
 */
export class ReadOnlySettingError extends Error {
  override readonly name = "ReadOnlySettingError";
}
