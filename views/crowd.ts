/** What an event about several hosts of a subnet says, behind the subnet's name. Knows no markup. */

import type { Event } from "../src/model/event.ts";
import { plural } from "./format.ts";

type Detail = Event["detail"];

/** Of all there are it is the subnet itself that went down or came back. Names come from the wire: to be isolated. */
export function saysOfCrowd(
	kind: "subnet_down" | "subnet_up" | "subnet_flapping",
	detail: Detail,
): (string | { wire: string })[] {
	const names = typeof detail.names === "string" ? [": ", { wire: detail.names }] : [];
	if (typeof detail.hosts !== "number") return ["went down as a whole"];
	const part = isPart(detail);
	const hosts = part
		? `${detail.hosts} of ${plural(Number(detail.of), "host")}`
		: plural(detail.hosts, "host");
	const says = {
		subnet_down: part ? `lost ${hosts}` : `went down, ${hosts}`,
		subnet_up: part ? `has ${hosts} back` : `came back, ${hosts}`,
		subnet_flapping: `has ${hosts} flapping`,
	}[kind];
	return [says, ...names];
}

function isPart({ hosts, of }: Detail): boolean {
	return typeof of === "number" && of > Number(hosts);
}
