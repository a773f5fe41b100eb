/** Every page and part of a page with one text wherever a text can be. Judges nothing. */

import type { VNode } from "preact";
import type { Batch } from "../../src/model/batch.ts";
import { EVENT_KINDS } from "../../src/model/event.ts";
import type { Host } from "../../src/model/host.ts";
import type { SearchAnswers } from "../../src/model/search.ts";
import type { SubnetSummary } from "../../src/model/subnet.ts";
import { usableRange } from "../../src/net/cidr.ts";
import { BatchPage, UndoBar } from "../../views/batch.tsx";
import { BulkDelete, BulkEdit } from "../../views/bulk.tsx";
import { Dashboard } from "../../views/dashboard.tsx";
import { HostPage, HostPanel } from "../../views/host.tsx";
import { SearchOptions, SearchPage } from "../../views/search.tsx";
import { SubnetPage } from "../../views/subnet.tsx";
import { SubnetDelete, SubnetEdit } from "../../views/subnet-form.tsx";
import { Subnets } from "../../views/subnets.tsx";
import { doorPages, peoplePages, settingsPages } from "./hostile-people.tsx";
import { event, host, listingOf, mapOf, NOW, subnet } from "./world.ts";

export const ADMIN = { role: "admin", csrf: '"><b>' } as const;

function placeWith(text: string) {
	const one = host("10.66.0.1", {
		hostname: text,
		description: text,
		notes: text,
		tags: [text],
		mac: text,
		vendor: text,
		ports: [{ port: 80, proto: "tcp", service: text, product: text, version: text, firstSeenAt: NOW }],
	});
	const other = { ...one, id: one.id + 1, ip: "10.66.0.2", address: one.address + 1n, hostname: "" };
	const place = subnet(7, "10.66.0.0/24", text, [one, other], {
		notes: text,
		gateway: text,
		lastSweepProblem: text,
	});
	return { one, other, place };
}

function answersWith(text: string, one: Host, other: Host, place: SubnetSummary): SearchAnswers {
	return {
		text,
		hint: { kind: "free", address: "10.66.0.9", subnet: place },
		subnets: { shown: [place], count: 9 },
		hosts: { shown: [one, other], count: 9 },
		services: {
			shown: [
				{ port: 1, service: text, product: "", hosts: 2 },
				{ port: undefined, service: "", product: text, hosts: 2 },
			],
			count: 9,
		},
	};
}

/** Every page and part with the text wherever a text can be. */
export function pagesWith(text: string): Record<string, VNode> {
	const { one, other, place } = placeWith(text);
	const query = { filter: { tag: text, service: text, text }, order: "alive", open: [] } as const;
	const listing = { ...listingOf([one, other], usableRange(place.cidr)), query };
	const events = eventsWith(text);
	const map = mapOf(place, [one, other]);
	const counts = { up: 1, down: 0, neverAnswered: 0, newIn24h: 0, answered24h: undefined };
	return {
		...subnetPages(text, place),
		...batchPages(text),
		...hostPages(text, one, place),
		...settingsPages(text, place),
		...peoplePages(text),
		...doorPages(text),
		search: <SearchPage answers={answersWith(text, one, other, place)} now={NOW} />,
		options: <SearchOptions answers={answersWith(text, one, other, place)} />,
		dashboard: (
			<Dashboard
				counts={counts}
				subnets={[{ subnet: place, map }]}
				all={[place]}
				listing={listing}
				changes={events}
				offers={offersWith(text)}
				now={NOW}
			/>
		),
		"first run": (
			<Dashboard
				counts={counts}
				subnets={[]}
				all={[]}
				listing={listing}
				changes={[]}
				offers={offersWith(text)}
				now={NOW}
			/>
		),
		subnet: (
			<SubnetPage
				subnet={place}
				ancestors={[place]}
				children={[place]}
				map={map}
				firstFree={undefined}
				listing={listing}
				run={undefined}
				now={NOW}
			/>
		),
	};
}

const offersWith = (text: string) => [{ cidr: text, interface: text, addresses: 1n }];

function eventsWith(text: string) {
	const detail = { vendor: text, reason: text, field: text, old: text, new: text };
	return EVENT_KINDS.map((kind) => event(kind, text, 1_000, { detail }));
}

function subnetPages(text: string, place: SubnetSummary): Record<string, VNode> {
	const values = {
		cidr: text,
		name: text,
		notes: text,
		gateway: text,
		sweepIntervalS: text,
		sweepEnabled: true,
	};
	const form = { values, problem: { field: "cidr", message: text, suggestion: text } };
	return {
		subnets: (
			<Subnets
				subnets={[{ subnet: place, depth: 99 }]}
				form={form}
				finder={{
					values: { within: text, length: text },
					problem: { field: "within", message: text, suggestion: text },
				}}
				offers={offersWith(text)}
				now={NOW}
			/>
		),
		edit: <SubnetEdit subnet={place} form={form} />,
		delete: (
			<SubnetDelete subnet={place} hosts={2} annotated={1} nested={[place]} moved={{ to: text, hosts: 1 }} />
		),
	};
}

function batchPages(text: string): Record<string, VNode> {
	const selection = { list: "/subnets/7", ids: "1", all: false, except: "" };
	const bulk = {
		...{ selection, hosts: 2, annotated: 1, source: text, known: [text] },
		...{ tags: [{ name: text, hosts: 2 }], problem: { field: "notes", message: text } },
	};
	const batch: Batch = {
		...{ id: 1, kind: "bulk_edit", state: "undone", actor: text, source: text, detail: { fields: text } },
		...{
			madeAt: 1,
			finishedAt: 1,
			added: 1,
			changed: 1,
			deleted: 1,
			subnets: 1,
			undoneAt: 1,
			undoneBy: text,
			kept: 1,
		},
	};
	return {
		bulk: <BulkEdit {...bulk} values={{ description: text }} />,
		bulkDelete: <BulkDelete {...bulk} />,
		batch: (
			<BatchPage
				batch={batch}
				kept={[{ noun: "host", id: 1, label: text, outcome: "kept", fields: text }]}
				days={9}
				now={NOW}
			/>
		),
		undo: <UndoBar batch={{ ...batch, state: "done" }} back="/" />,
	};
}

function hostPages(text: string, one: Host, place: SubnetSummary): Record<string, VNode> {
	const edit = { field: "description", value: text, theirs: text, by: text } as const;
	const tags = { field: "tags", value: text, problem: text } as const;
	const shared = { subnet: place, events: eventsWith(text), now: NOW };
	return {
		host: <HostPage host={one} {...shared} />,
		drawer: <HostPanel host={one} inHand={edit} drawer {...shared} />,
		tags: <HostPanel host={one} inHand={tags} tags={[text, "a"]} drawer {...shared} />,
	};
}
