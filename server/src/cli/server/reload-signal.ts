/** Runs `reload` for each SIGHUP, one after the other; several that arrive meanwhile are one. */
export function reloadOnHangup(
  reload: () => Promise<void>,
  signals: Pick<NodeJS.EventEmitter, "on" | "off"> = process,
): { stop(): Promise<void> } {
  let isWanted = false;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (isWanted) {
      isWanted = false;
      await reload();
    }
    running = undefined;
  }

  const listener = (): void => {
    isWanted = true;
    running ??= run();
  };
  signals.on("SIGHUP", listener);
  return Object.freeze({
    async stop(): Promise<void> {
      isWanted = false;
      await running;
      signals.off("SIGHUP", listener);
    },
  });
}
