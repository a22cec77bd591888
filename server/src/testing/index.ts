export type { TestClientSession, TestHufu, TestHufuOptions, TestSession, TestUser } from "./create-test-hufu.ts";
export { createTestHufu } from "./create-test-hufu.ts";
