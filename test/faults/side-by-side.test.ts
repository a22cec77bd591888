import { describe, test } from "node:test";
import { abuseIsRefused } from "./abuse.fixture.ts";
import { databaseIsHeld } from "./database-held.fixture.ts";
import { descriptorsRunOut } from "./few-descriptors.fixture.ts";

// In each of them most of the time is spent waiting for a node's own deadlines.
describe("faults that take their time, each with nodes of its own", { concurrency: 3 }, () => {
  test("F31: slow, huge, deep and broken requests get 4xx, memory stays, and everybody else is served", abuseIsRefused);
  test(
    "F8: a database that takes no write: 503 with Retry-After, no end is claimed, all resumes by itself",
    databaseIsHeld,
  );
  test("F30: without descriptors a node sheds connections, says no wrong word, and recovers", descriptorsRunOut);
});
