/** The search box of every page: what is offered while someone types, and the page of the same for Enter. */

import { Elysia } from "elysia";
import { renderFragment } from "../../views/render.tsx";
import { SearchOptions, SearchPage } from "../../views/search.tsx";
import { BOUNDS } from "../config.ts";
import type { Host } from "../model/host.ts";
import type { Found, SearchAnswers, SearchHint } from "../model/search.ts";
import type { Subnet } from "../model/subnet.ts";
import { type Address, formatAddress, parseAddress } from "../net/address.ts";
import { type Cidr, formatCidr, lastOf, parseCidr, usableRange } from "../net/cidr.ts";
import type { Db } from "../store/database.ts";
import { findHostByAddress } from "../store/hosts.ts";
import { countHostsBetween, searchHosts, searchServices, searchSubnets } from "../store/lookup.ts";
import { findAround, findSubnetByCidr } from "../store/subnets.ts";
import type { Desk } from "./desk.ts";
import { readText } from "./query.ts";
import { redirect, respondHtml } from "./respond.ts";

export function searchRoutes(desk: Desk) {
	const { db, clock } = desk.context;
	return new Elysia()
		.get("/search", ({ request }) => {
			const meant = hostAt(db, textOf(request));
			if (meant !== undefined) return redirect(`/hosts/${meant.id}`);
			return desk.page(request, () => {
				const answers = readAnswers(db, textOf(request), BOUNDS.searchServices);
				return { title: "Search", main: SearchPage({ answers, now: clock.now() }) };
			});
		})
		.get("/search/options", ({ request }) =>
			desk.piece(request, () => {
				const answers = readAnswers(db, textOf(request));
				return respondHtml(
					request,
					answers === undefined ? "" : renderFragment(desk.reader(request), SearchOptions({ answers })),
				);
			}),
		);
}

function textOf(request: Request): string | undefined {
	return readText(new URL(request.url).searchParams, "q");
}

/** "What is on 10.0.0.14?": whoever asks for the whole address of a host means that host. */
function hostAt(db: Db, text: string | undefined): Host | undefined {
	const address = text === undefined ? undefined : parseAddress(text).value;
	return address === undefined ? undefined : findHostByAddress(db, address);
}

/** undefined when nothing was asked. */
export function readAnswers(
	db: Db,
	text: string | undefined,
	services: number = BOUNDS.searchShown,
): SearchAnswers | undefined {
	if (text === undefined) return undefined;
	const limit = BOUNDS.searchShown;
	const address = parseAddress(text).value;
	const cidr = address === undefined ? readCidr(text) : undefined;
	const exact = address === undefined ? undefined : findHostByAddress(db, address);
	const around = aroundOf(db, address, cidr);
	return {
		text,
		hint: exact === undefined ? hintOf(db, address, cidr, around) : undefined,
		subnets: first(searchSubnets(db, text, limit), around, limit),
		hosts: first<Host>(searchHosts(db, text, limit), exact, limit),
		services: searchServices(db, text, services),
	};
}

/** A block, also one with bits set behind its prefix: the one that is meant. */
function readCidr(text: string): Cidr | undefined {
	if (!text.includes("/")) return undefined;
	const read = parseCidr(text);
	return read.value ?? parseCidr(read.suggestion ?? "").value;
}

function aroundOf(db: Db, address: Address | undefined, cidr: Cidr | undefined): Subnet | undefined {
	if (address !== undefined) return findAround(db, address, address);
	if (cidr === undefined) return undefined;
	return findSubnetByCidr(db, cidr) ?? findAround(db, cidr.base, lastOf(cidr));
}

/** Puts the one that was meant before those that merely carry the text. */
function first<T extends { readonly id: number }>(
	found: Found<T>,
	meant: T | undefined,
	limit: number,
): Found<T> {
	if (meant === undefined) return found;
	const others = found.shown.filter(({ id }) => id !== meant.id);
	const count = Math.max(found.count, others.length + 1);
	return { shown: [meant, ...others].slice(0, limit), count };
}

function hintOf(
	db: Db,
	address: Address | undefined,
	cidr: Cidr | undefined,
	subnet: Subnet | undefined,
): SearchHint | undefined {
	if (address !== undefined) return addressHint(address, subnet);
	if (cidr === undefined || (subnet !== undefined && formatCidr(subnet.cidr) === formatCidr(cidr)))
		return undefined;
	return {
		kind: "block",
		cidr: formatCidr(cidr),
		subnet,
		hosts: countHostsBetween(db, cidr.base, lastOf(cidr)),
	};
}

function addressHint(address: Address, subnet: Subnet | undefined): SearchHint {
	const text = formatAddress(address);
	if (subnet === undefined) return { kind: "outside", address: text, cidr: parseCidr(text).suggestion };
	const usable = usableRange(subnet.cidr);
	const inside = address >= usable.first && address <= usable.last;
	return { kind: inside ? "free" : "edge", address: text, subnet };
}
