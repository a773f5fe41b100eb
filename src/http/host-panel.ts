/** All that the page and the drawer of one host show, read at once. Answers no request. */

import { HostPage } from "../../views/host.tsx";
import type { FieldInHand } from "../../views/host-fields.tsx";
import { asksSnmp } from "../config/names.ts";
import { demandHost } from "../ipam/hosts.ts";
import { demandSubnet } from "../ipam/subnets.ts";
import { HOST_FIELDS } from "../model/host.ts";
import { dayStart, historyOf, weekStart } from "../model/uptime.ts";
import { listHostEvents } from "../store/events.ts";
import { listFacets } from "../store/facets.ts";
import { listUnheardPorts } from "../store/ports.ts";
import { listHours, listSamples } from "../store/samples.ts";
import { readHostScan } from "../store/scanned-hosts.ts";
import type { Desk } from "./desk.ts";
import type { Page } from "./respond.ts";

/** Changes shown under a host. */
const CHANGES = 20;
/** Tags offered for completion. */
const KNOWN_TAGS = 200;

export function panelOf(desk: Desk, id: number, inHand?: FieldInHand) {
	const { db, clock, config } = desk.context;
	const host = demandHost(desk.context, id);
	const subnet = demandSubnet(desk.context, host.subnetId);
	const now = clock.now();
	return {
		host,
		subnet,
		events: listHostEvents(db, id, { limit: CHANGES }),
		asksSnmp: asksSnmp(config),
		scan: readHostScan(db, id, config.scanIntervalMinutes > 0),
		unheard: listUnheardPorts(db, id),
		history: historyOf(listSamples(db, id, dayStart(now)), listHours(db, id, weekStart(now)), {
			now,
			intervalMs: subnet.sweepIntervalS * 1_000,
		}),
		inHand,
		tags: inHand?.field === "tags" ? knownTags(desk) : [],
		now,
	};
}

/** Tags in use, the most frequent first. */
export function knownTags(desk: Desk): string[] {
	return listFacets(desk.context.db, "tag", undefined, KNOWN_TAGS).map(({ name }) => name);
}

export function hostPage(
	panel: ReturnType<typeof panelOf> & { echoes?: readonly number[]; problem?: string | undefined },
): Page {
	return { title: panel.host.hostname || panel.host.ip, main: HostPage(panel) };
}

/** The field that a host's page has in hand, as its address says. */
export function fieldInHand(request: Request): FieldInHand | undefined {
	const field = HOST_FIELDS.find((name) => name === new URL(request.url).searchParams.get("edit"));
	return field === undefined ? undefined : { field };
}
