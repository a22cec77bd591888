// How long the access token of a member with five permissions is.
import { join } from "node:path";
import { againstBudget, type Measure } from "./figure.ts";
import { hufuWithPeople } from "./people.ts";
import { scratchFolder } from "./scratch-folder.ts";

const MOST_BYTES = 850;

export const measureB17: Measure = async () => {
  const { hufu, people } = await hufuWithPeople(`sqlite:${join(scratchFolder(), "hufu.db")}`, 1);
  await hufu.close();
  const bytes = Buffer.byteLength(people[0]?.accessToken ?? "");
  if (bytes === 0) throw new Error("no token");
  return [againstBudget({ of: "ES256, with openid", unit: "bytes", ours: bytes, most: MOST_BYTES })];
};
