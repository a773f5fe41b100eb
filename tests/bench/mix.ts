/** What people and scripts ask for while the HTTP bench runs: kinds of URLs, their shares, and many different ones. */

import { writeCursor } from "../../src/http/api/parameters.ts";
import { random } from "../helpers/world.ts";
import type { LoadRequest } from "./load.ts";

/** What there is to ask for: ids of the subnets, and of hosts 1 … `hosts`. */
export type Content = {
	readonly small: number;
	readonly middle: number;
	readonly large: number;
	hosts: number;
};

type Kind = {
	readonly name: string;
	/** Of 100 requests. */
	readonly share: number;
	readonly path: (content: Content, pick: (below: number) => number) => string;
};

const NAMES = ["printer", "nas", "switch", "camera", "db", "web", "phone", "pi"];

/** The large block is 10.128.0.0/16. */
const inLarge = (pick: (below: number) => number) => `10.128.${pick(256)}.${pick(256)}`;

/** Some texts match a screenful, some one host, some nothing: the last have to look at everything. */
function searchText(pick: (below: number) => number): string {
	const texts = [
		() => `10.128.${pick(256)}`,
		() => `.${pick(256)}.${pick(256)}`,
		() => `${NAMES[pick(NAMES.length)]}-${pick(400)}`,
		() => `no-${pick(1_000_000)}`,
	];
	return texts[pick(texts.length)]?.() ?? "";
}

const KINDS: readonly Kind[] = [
	{ name: "/", share: 8, path: () => "/" },
	{ name: "/subnets", share: 6, path: () => "/subnets" },
	{ name: "/subnets/SMALL", share: 7, path: ({ small }) => `/subnets/${small}` },
	{ name: "/subnets/MIDDLE", share: 7, path: ({ middle }) => `/subnets/${middle}` },
	{ name: "/subnets/LARGE?status=up", share: 6, path: ({ large }) => `/subnets/${large}?status=up` },
	{
		name: "/subnets/LARGE/rows?after=",
		share: 12,
		path: ({ large }, pick) => `/subnets/${large}/rows?after=h:0:${inLarge(pick)}`,
	},
	{
		name: "/hosts/N/drawer",
		share: 18,
		path: ({ hosts }, pick) => `/hosts/${1 + pick(hosts)}/drawer`,
	},
	{
		name: "/api/v1/hosts?limit=100",
		share: 10,
		path: (_, pick) => `/api/v1/hosts?limit=100&cursor=${writeCursor(["address", 0, inLarge(pick)])}`,
	},
	{ name: "/api/v1/subnets", share: 6, path: () => "/api/v1/subnets" },
	{ name: "/api/v1/hosts?q=", share: 15, path: (_, pick) => `/api/v1/hosts?q=${searchText(pick)}` },
	// Next to no work of its own: what it waits for is the event loop.
	{ name: "/healthz (event loop)", share: 5, path: () => "/healthz" },
];

export const KIND_NAMES = KINDS.map((kind) => kind.name);

/** `count` requests in a random order that is the same for the same seed, and the share of URLs that differ. */
export function mixOf(
	content: Content,
	count: number,
	seed: number,
): { requests: LoadRequest[]; distinct: number } {
	const roll = random(seed);
	const pick = (below: number) => Math.floor(roll() * below);
	const deck = KINDS.flatMap((kind, at) => new Array<number>(kind.share).fill(at));
	const requests = Array.from({ length: count }, () => {
		const kind = deck[pick(deck.length)] ?? 0;
		return { kind, path: KINDS[kind]?.path(content, pick) ?? "/" };
	});
	return { requests, distinct: new Set(requests.map(({ path }) => path)).size / count };
}
