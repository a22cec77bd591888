export type { Grants } from "./grants.ts";
export { compileGrants } from "./grants.ts";
export type { Permission } from "./permission.ts";
export { parsePermission } from "./permission.ts";
export type { Requirement } from "./requirement.ts";
export { compileRequirement } from "./requirement.ts";
