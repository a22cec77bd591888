/** What stops a command, in one sentence for whoever typed it. Holds no secret. */
export class Failure extends Error {
  override readonly name = "Failure";
}
