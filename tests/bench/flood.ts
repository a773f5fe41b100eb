/**
 * A hundred strangers a second at the login, each from an address of their own so that every try is hashed, and one
 * person who goes on reading meanwhile. Knows how the strangers come; starts no program.
 */

import type { Lab } from "../helpers/netns.ts";
import { PORT } from "../helpers/rollcall.ts";
import { load } from "./http-ground.ts";
import type { LoadRequest } from "./load.ts";
import { type Figure, median, quantile } from "./measure.ts";

const FLOOD_PER_SECOND = 100;
const READS_PER_SECOND = 20;
/** For the program under flood: the generator may name any address. */
export const FLOOD_ENV = { TRUSTED_PROXIES: "127.0.0.1/32" };

const PAGES = ["/", "/subnets", "/subnets/1", "/hosts/1", "/activity"];

/** `subnets`: how many there are. */
export async function floodFigures(lab: Lab, subnets: number, seconds: number): Promise<Figure[]> {
	const reads: LoadRequest[] = Array.from({ length: seconds * READS_PER_SECOND }, (_, n) => ({
		kind: 0,
		path: n % 2 === 0 ? `/subnets/${1 + (n % subnets)}` : (PAGES[n % PAGES.length] ?? "/"),
	}));
	const flood: LoadRequest[] = Array.from({ length: seconds * FLOOD_PER_SECOND }, (_, n) => ({
		kind: 1,
		path: "/login",
		type: "application/x-www-form-urlencoded",
		body: new URLSearchParams({
			name: n % 3 === 0 ? "admin" : `name${n}`,
			password: `guess number ${n}`,
		}).toString(),
		head: `x-forwarded-for: 198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}\r\n`,
	}));
	const [read, tried] = await Promise.all([
		load(lab, reads, { perSecond: READS_PER_SECOND, port: PORT }),
		load(lab, flood, { perSecond: FLOOD_PER_SECOND, port: PORT }),
	]);
	const count = (status: number) => tried.status.filter((one) => one === status).length;
	const note = `p50 ${median(read.latencyMs).toFixed(1)} ms; of ${flood.length} tries ${count(401)} were hashed, ${count(429)} put off`;
	return [
		{
			name: "100 wrong sign-ins/s: another person's pages, p95",
			value: quantile(read.latencyMs, 0.95),
			unit: "ms",
			limit: 300,
			note,
		},
		{
			name: "the same: pages that were no page",
			value: read.status.filter((status) => status !== 200).length,
			unit: `of ${reads.length}`,
			limit: 0,
			note: `tries answered otherwise: ${flood.length - count(401) - count(429)}`,
		},
	];
}
