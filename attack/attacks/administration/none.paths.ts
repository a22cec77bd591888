import { administrator } from "../../lab/administration.ts";
import { defineAttack, finding } from "../../lab/attack.ts";

export default defineAttack({
  title: "Paths of administration are written in other ways",
  refusal: "none",
  needs: ["administration"],
  async run(target) {
    const rita = await administrator(target, ["root"]);
    const paths = [
      "/admin//users",
      "/ADMIN/users",
      "/admin/users/",
      "/admin/users/.",
      "/admin/%75sers",
      "/admin/users/..%2fkeys",
      "/admin/users;x=1",
      "/admin/users%00",
      "/admin/users/search/",
      "/admin",
    ];
    const answers = await Promise.all(
      paths.map((path) => target.askIssuer(path, { headers: target.credentials(rita) })),
    );
    return answers.map(({ status }, at) => finding(status === 404, `${paths[at]} is answered ${status}`));
  },
});
