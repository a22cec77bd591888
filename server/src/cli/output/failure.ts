/** What stops a command, in one sentence for the person who typed it. Holds no secret. */
export class Failure extends Error {
  override readonly name = "Failure";
}
