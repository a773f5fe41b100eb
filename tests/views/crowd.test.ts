/** The words for several hosts at once: the whole subnet, a part of it, and events of before there were names. */

import { expect, test } from "bun:test";
import type { Event } from "../../src/model/event.ts";
import { saysOfCrowd } from "../../views/crowd.ts";

const some = { hosts: 3, of: 6, names: "nas, <b> and x" };
const all = { hosts: 6, of: 6, names: "nas" };
test.each<[Parameters<typeof saysOfCrowd>[0], Event["detail"], (string | { wire: string })[]]>([
	["subnet_down", some, ["lost 3 of 6 hosts", ": ", { wire: "nas, <b> and x" }]],
	["subnet_down", all, ["went down, 6 hosts", ": ", { wire: "nas" }]],
	["subnet_up", some, ["has 3 of 6 hosts back", ": ", { wire: "nas, <b> and x" }]],
	["subnet_up", all, ["came back, 6 hosts", ": ", { wire: "nas" }]],
	["subnet_flapping", some, ["has 3 of 6 hosts flapping", ": ", { wire: "nas, <b> and x" }]],
	["subnet_down", { hosts: 17 }, ["went down, 17 hosts"]],
	["subnet_up", { hosts: 17 }, ["came back, 17 hosts"]],
	["subnet_down", {}, ["went down as a whole"]],
	["subnet_down", { hosts: 2_048, subnets: 256 }, ["went down, 2,048 hosts"]],
])("%s of %p", (kind, detail, says) => {
	expect(saysOfCrowd(kind, detail)).toEqual(says);
});
