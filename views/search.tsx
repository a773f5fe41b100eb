/** What a search found: as options under the search box, and as a page. Knows no way to search. */

import type { VNode } from "preact";
import type { Host } from "../src/model/host.ts";
import type { Found, FoundService, SearchAnswers, SearchHint } from "../src/model/search.ts";
import type { Subnet } from "../src/model/subnet.ts";
import { parseAddress } from "../src/net/address.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { Main, Panel, StatusPill, Wire } from "./elements.tsx";
import { count, nameOr, plural, visible } from "./format.ts";
import { useMay } from "./reader.tsx";

/** One line: where it leads and what it says. `drawer` opens over the page. */
type Line = { key: string; href: string; drawer?: boolean; says: VNode };
type Group = { id: string; title: string; lines: readonly Line[]; all: Line | undefined };

/** The list under the search box. `data-says` is for those who do not see it. */
export function SearchOptions(props: { answers: SearchAnswers }) {
	const { answers } = props;
	const groups = groupsOf(answers);
	const { hint } = answers;
	if (groups.length === 0 && hint === undefined) {
		return (
			<p class="none" data-says="Nothing found">
				Nothing found for “<Wire text={answers.text} />
				”.
			</p>
		);
	}
	return (
		<div id="found-list" role="listbox" aria-label="Found" data-says={saysOf(answers)}>
			{hint !== undefined && <HintOption hint={hint} />}
			{groups.map((group) => (
				// biome-ignore lint/a11y/useSemanticElements: a fieldset is no part of a listbox
				<div key={group.id} role="group" aria-labelledby={`found-${group.id}`}>
					<p class="kind" id={`found-${group.id}`} role="presentation">
						{group.title}
					</p>
					{group.lines.map((line) => (
						<Option key={line.key} line={line} />
					))}
					{group.all !== undefined && <Option line={group.all} />}
				</div>
			))}
		</div>
	);
}

function Option(props: { line: Line; hint?: boolean }) {
	const { line } = props;
	return (
		<a
			id={`found-${line.key}`}
			class={props.hint ? "option hint" : "option"}
			role="option"
			aria-selected="false"
			tabIndex={-1}
			href={line.href}
			data-drawer={line.drawer}
		>
			{line.says}
		</a>
	);
}

function HintOption(props: { hint: SearchHint }) {
	return <Option line={hintLine(props.hint, useMay())} hint />;
}

/** The same as a page. */
export function SearchPage(props: { answers: SearchAnswers | undefined; now: number }) {
	const { answers } = props;
	const groups = answers === undefined ? [] : groupsOf(answers);
	const hint = answers?.hint;
	return (
		<Main live="all" class="narrow-page search-page">
			<h1>Search</h1>
			{answers !== undefined && (
				<p class="facts">
					“<Wire text={answers.text} />
					”: {saysOf(answers).toLowerCase()}
				</p>
			)}
			{hint !== undefined && (
				<section class="panel lines" aria-label="This address">
					<HintLine hint={hint} />
				</section>
			)}
			{groups.map((group) => (
				<Panel key={group.id} title={group.title} id={`group-${group.id}`} class="lines">
					{group.lines.map((line) => (
						<PageLine key={line.key} line={line} />
					))}
					{group.all !== undefined && <PageLine line={group.all} />}
				</Panel>
			))}
			{groups.length === 0 && (
				<section class="panel empty" aria-label="What can be searched">
					<p>
						Search finds subnets by name and network, hosts by address, hostname, description, tag, MAC and
						vendor, and what is open by port, service or product, such as 443, ssh or nginx.
					</p>
				</section>
			)}
		</Main>
	);
}

function HintLine(props: { hint: SearchHint }) {
	return <PageLine line={hintLine(props.hint, useMay())} />;
}

function PageLine(props: { line: Line }) {
	return (
		<a class="option" href={props.line.href} data-drawer={props.line.drawer}>
			{props.line.says}
		</a>
	);
}

/** "2 subnets, 1 host": groups that hold something. */
function saysOf(answers: SearchAnswers): string {
	const { subnets, hosts, services } = answers;
	const parts = [
		subnets.count > 0 ? plural(subnets.count, "subnet") : "",
		hosts.count > 0 ? plural(hosts.count, "host") : "",
		services.count > 0 ? plural(services.count, "port or service", "ports and services") : "",
	].filter(Boolean);
	if (parts.length > 0) return parts.join(", ");
	return answers.hint === undefined ? "Nothing found" : "One answer";
}

function groupsOf(answers: SearchAnswers): Group[] {
	const { text, subnets, hosts, services } = answers;
	const group = <T,>(
		id: string,
		title: string,
		found: Found<T>,
		line: (one: T) => Line,
		all: string,
	): Group => ({
		id,
		title,
		lines: found.shown.map(line),
		all: found.count > found.shown.length ? allLine(id, found.count, all) : undefined,
	});
	const query = new URLSearchParams({ q: text });
	const around = group("subnets", "Subnets", subnets, subnetLine, `/subnets?${query}`);
	const found = group("hosts", "Hosts", hosts, (host) => hostLine(host, text), `/?status=&${query}#hosts`);
	// The host whose whole address was typed is the answer: it stands before the subnet around it.
	const isMeant = hosts.shown[0] !== undefined && hosts.shown[0].address === parseAddress(text).value;
	return [
		...(isMeant ? [found, around] : [around, found]),
		group("services", "Ports and services", services, serviceLine, `/search?${query}`),
	].filter(({ lines }) => lines.length > 0);
}

function allLine(id: string, n: number, href: string): Line {
	return { key: `all-${id}`, href, says: <span class="all">All {count(n)}</span> };
}

const nameOf = (subnet: Subnet) => nameOr(subnet.name, formatCidr(subnet.cidr));

function subnetLine(subnet: Subnet): Line {
	const says = (
		<>
			<b>
				<Wire text={nameOf(subnet)} />
			</b>
			{subnet.name !== "" && <span class="cidr">{formatCidr(subnet.cidr)}</span>}
		</>
	);
	return { key: `s${subnet.id}`, href: `/subnets/${subnet.id}`, says };
}

function hostLine(host: Host, text: string): Line {
	const why = reasonOf(host, text.toLowerCase());
	const says = (
		<>
			<span class="ip">{host.ip}</span>
			<span class="what">
				{host.hostname !== "" && <Wire text={host.hostname} />}
				{why !== undefined && (
					<span class="why">
						<Wire text={why} />
					</span>
				)}
			</span>
			<StatusPill host={host} />
		</>
	);
	return { key: `h${host.id}`, href: `/hosts/${host.id}`, drawer: true, says };
}

/** What carries the text, where neither address nor name does; a host without a name is told by what it has. */
function reasonOf(host: Host, lower: string): string | undefined {
	const { ip, hostname, description, tags, mac, vendor } = host;
	const others = [description, ...tags, mac ?? "", vendor ?? ""].filter((part) => part !== "");
	const carries = (part: string) => part.toLowerCase().includes(lower);
	if (![ip, hostname].some(carries)) return others.find(carries) ?? mac;
	return hostname === "" ? others[0] : undefined;
}

function serviceLine(found: FoundService): Line {
	const { port, service, product, hosts } = found;
	const says = (
		<>
			<span class="chip">
				<Wire
					text={port === undefined ? service || product : service === "" ? `${port}` : `${port}/${service}`}
				/>
			</span>
			<span class="why">{plural(hosts, "host")}</span>
		</>
	);
	const { key, filter } = wayTo(found);
	return { key, href: `/?status=&${new URLSearchParams(filter)}#hosts`, says };
}

function wayTo({ port, service, product }: FoundService): { key: string; filter: Record<string, string> } {
	if (port !== undefined) return { key: `p${port}`, filter: { port: `${port}` } };
	if (service !== "") return { key: `v-${encodeURIComponent(service)}`, filter: { service } };
	return { key: `d-${encodeURIComponent(product)}`, filter: { q: product } };
}

const addLink = (cidr: string | undefined) =>
	cidr === undefined ? "/subnets#add" : `/subnets?${new URLSearchParams({ cidr })}#add`;

/** What a press does, behind how it is. */
const does = (what: string) => (
	<>
		: <u>{what}</u>
	</>
);

/** `may`: the reader may add and reserve; the others are told how it is, and led where they see it. */
function hintLine(hint: SearchHint, may: boolean): Line {
	switch (hint.kind) {
		case "free":
			return hintAs(
				`/subnets/${hint.subnet.id}/free/${hint.address}`,
				<>
					<b class="ip">{hint.address}</b> is free in <Wire text={nameOf(hint.subnet)} />
					{may && does("reserve it")}
				</>,
			);
		case "edge":
			return hintAs(
				`/subnets/${hint.subnet.id}`,
				<>
					<b class="ip">{hint.address}</b> is the network or broadcast address of{" "}
					<Wire text={nameOf(hint.subnet)} />: <u>see the subnet</u>
				</>,
			);
		case "outside":
			return hintAs(
				may ? addLink(hint.cidr) : "/subnets",
				<>
					<b class="ip">{hint.address}</b> is in no subnet
					{may && does(`add ${hint.cidr === undefined ? "one" : visible(hint.cidr)}`)}
				</>,
			);
		case "block":
			return hintAs(
				may ? addLink(hint.cidr) : hint.subnet === undefined ? "/subnets" : `/subnets/${hint.subnet.id}`,
				<>
					<b class="ip">{hint.cidr}</b>{" "}
					{hint.subnet === undefined ? (
						"is in no subnet"
					) : (
						<>
							lies in <Wire text={nameOf(hint.subnet)} />
						</>
					)}
					, {hint.hosts === 0 ? "no host in it" : `${plural(hint.hosts, "host")} in it`}
					{may && does("add it")}
				</>,
			);
	}
}

function hintAs(href: string, says: VNode): Line {
	return { key: "hint", href, says: <span class="what">{says}</span> };
}
