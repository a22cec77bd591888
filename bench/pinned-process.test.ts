import assert from "node:assert/strict";
import { test } from "node:test";
import { allowedCores, coresIn } from "./allowed-cores.ts";
import { canPin, nextMessage, startPinned, stop } from "./pinned-process.ts";

test("the system's list of cores", () => {
  assert.deepEqual(coresIn("0-1"), ["0", "1"]);
  assert.deepEqual(coresIn("3"), ["3"]);
  assert.deepEqual(coresIn("2,5-7"), ["2", "5", "6", "7"]);
  assert.deepEqual(coresIn(""), []);
});

test("a process that is pinned starts others on other cores", async () => {
  const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  const code = `
    const { allowedCores } = await import(${here("allowed-cores.ts")});
    const { nextMessage, startPinned, useAllCores } = await import(${here("pinned-process.ts")});
    const tell = "process.send((await import(${here("allowed-cores.ts").replaceAll('"', "'")})).allowedCores())";
    const told = [allowedCores()];
    for (const core of ["load", "all"]) told.push(await nextMessage(startPinned(core, ["--input-type=module", "--eval", tell])));
    useAllCores();
    process.send([...told, allowedCores()], () => process.exit(0));`;
  const child = startPinned("measured", ["--input-type=module", "--eval", code]);
  try {
    const cores = allowedCores();
    const [first = "", second = ""] = cores;
    const told = await nextMessage(child);
    assert.deepEqual(told, canPin ? [[first], [second], cores, cores] : [cores, cores, cores, cores]);
  } finally {
    await stop(child);
  }
});
