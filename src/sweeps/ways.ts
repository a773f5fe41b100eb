/**
 * What of our own network has worked lately: networks that stood, gateways that answered. Kept over restarts, so that a
 * process that begins in the middle of an outage knows what is missing. Asks nobody and judges nothing.
 */

import type { Clock } from "../clock.ts";
import { type Address, bitsOf, familyOf, formatAddress, parseAddress } from "../net/address.ts";
import { type Cidr, cidrAround } from "../net/cidr.ts";
import type { Db } from "../store/database.ts";
import { readSetting, writeSetting } from "../store/settings.ts";

/** A network of this machine, the interface it was on, and this machine's address in it, where that is known. */
export type Stood = {
	readonly name: string;
	readonly cidr: Cidr;
	readonly address?: Address;
	/** The address is given up within days. */
	readonly temporary?: boolean;
};

export type Ways = {
	/** Notes what works just now, and keeps it. Throws what the database threw; nothing is forgotten then. */
	saw(networks: readonly Stood[], gateways: readonly Address[]): void;
	/** Gateways that have answered: many never do, and their silence says nothing. */
	gateways(): Address[];
	/** Networks that have been there. */
	stood(): Stood[];
};

export type WaysOptions = {
	readonly db: Db;
	readonly clock: Clock;
	/** What was not seen for so long is forgotten, in milliseconds; of each kind so many are kept. */
	readonly waysKeptMs: number;
	readonly waysMax: number;
	/** What is seen all the time is written down anew so often, in milliseconds. */
	readonly waysSavedMs: number;
};

/** By address (of a network this machine's own, with the prefix): when it was seen last (epoch milliseconds), where. */
type Seen = Map<string, { readonly at: number; readonly name: string }>;

export function openWays({ db, clock, waysKeptMs, waysMax, waysSavedMs }: WaysOptions): Ways {
	const kept = readKept(db);
	let savedAt = Number.NEGATIVE_INFINITY;
	/** A moment ahead of the clock is of one that was set back since: a machine without a battery starts in the past. */
	const isFresh = ({ at }: { at: number }) => clock.now() - at <= waysKeptMs;
	const note = (seen: Seen, key: string, name: string) => {
		const isNew = seen.get(key)?.name !== name;
		seen.delete(key);
		seen.set(key, { at: clock.now(), name });
		return isNew;
	};
	const trim = (seen: Seen) => {
		for (const [key, one] of seen) if (seen.size > waysMax || !isFresh(one)) seen.delete(key);
	};
	let isUnsaved = false;
	return {
		saw(networks, gateways) {
			for (const { cidr, name, address = cidr.base } of networks)
				isUnsaved = note(kept.networks, `${formatAddress(address)}/${cidr.prefix}`, name) || isUnsaved;
			for (const gateway of gateways)
				isUnsaved = note(kept.gateways, formatAddress(gateway), "") || isUnsaved;
			trim(kept.networks);
			trim(kept.gateways);
			if (!isUnsaved && clock.monotonicMs() - savedAt < waysSavedMs) return;
			writeSetting(db, "ways_out", JSON.stringify(toKept(kept)));
			isUnsaved = false;
			savedAt = clock.monotonicMs();
		},
		gateways: () =>
			[...kept.gateways].flatMap(([text, seen]) => (isFresh(seen) ? (parseAddress(text).value ?? []) : [])),
		stood: () =>
			[...kept.networks].flatMap(([text, seen]) => {
				const network = isFresh(seen) ? readNetwork(text) : undefined;
				return network === undefined ? [] : [{ name: seen.name, ...network }];
			}),
	};
}

/** "198.51.100.7/24" */
function readNetwork(text: string): { cidr: Cidr; address: Address } | undefined {
	const [own = "", prefix = ""] = text.split("/");
	const address = parseAddress(own).value;
	if (address === undefined || !/^\d{1,3}$/.test(prefix)) return undefined;
	if (Number(prefix) > bitsOf(familyOf(address))) return undefined;
	return { cidr: cidrAround(address, Number(prefix)), address };
}

/** As it is written down: key, moment, interface; the oldest first. */
type Line = readonly [key: string, at: number, name: string];

function toKept({ networks, gateways }: { networks: Seen; gateways: Seen }): Record<string, Line[]> {
	const lines = (seen: Seen): Line[] => [...seen].map(([key, { at, name }]) => [key, at, name]);
	return { networks: lines(networks), gateways: lines(gateways) };
}

/** What an earlier process wrote down. A text that cannot be read is nothing: it was no answer of a gateway. */
function readKept(db: Db): { networks: Seen; gateways: Seen } {
	let text: unknown;
	try {
		text = JSON.parse(readSetting(db, "ways_out") ?? "{}");
	} catch {
		text = {};
	}
	const of = (key: string, isOne: (text: string) => boolean): Seen => {
		const lines: unknown = (text as Record<string, unknown> | null)?.[key];
		if (!Array.isArray(lines)) return new Map();
		return new Map(
			lines.flatMap((line: unknown): [string, { at: number; name: string }][] => {
				const [one, at, name] = Array.isArray(line) ? (line as unknown[]) : [];
				if (typeof one !== "string" || typeof at !== "number" || typeof name !== "string") return [];
				return isOne(one) ? [[one, { at, name }]] : [];
			}),
		);
	};
	return {
		networks: of("networks", (one) => readNetwork(one) !== undefined),
		gateways: of("gateways", (one) => parseAddress(one).value !== undefined),
	};
}
