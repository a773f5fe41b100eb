/** One host: state, what can be done with it, what people wrote, its past, ports and changes. Page and drawer share it. */

import type { Event } from "../src/model/event.ts";
import type { Host } from "../src/model/host.ts";
import type { Port } from "../src/model/port.ts";
import { UNTIMED } from "../src/model/presence.ts";
import type { HostScan } from "../src/model/scan.ts";
import type { Subnet } from "../src/model/subnet.ts";
import type { HostHistory } from "../src/model/uptime.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { isLocallyAdministered, parseMac } from "../src/net/mac.ts";
import { Age, Day, Latency, Main, StatusPill, Wire } from "./elements.tsx";
import { EventLine } from "./event.tsx";
import { duration, exact, nameOr, visible } from "./format.ts";
import { HistoryPanel } from "./history.tsx";
import { HostActions } from "./host-actions.tsx";
import { type FieldInHand, HostFields } from "./host-fields.tsx";
import { FoundNames } from "./names.tsx";
import { PingPanel } from "./ping.tsx";
import { OpenPorts } from "./scan.tsx";

export type HostPanelProps = {
	host: Host;
	subnet: Subnet;
	events: readonly Event[];
	history?: HostHistory;
	/** SNMP can be asked at all. */
	asksSnmp?: boolean;
	/** undefined: nobody scans ports here. */
	scan?: HostScan | undefined;
	/** Open ports that did not answer the last scan. */
	unheard?: readonly Pick<Port, "port" | "proto">[];
	inHand?: FieldInHand | undefined;
	/** Tags in use, for completion. */
	tags?: readonly string[];
	/** What a ping has brought so far, in microseconds, -1 for silence. */
	echoes?: readonly number[];
	/** Why it could not be pinged. */
	problem?: string | undefined;
	now: number;
	drawer: boolean;
};

export function HostPage(props: Omit<HostPanelProps, "drawer">) {
	const { host, subnet } = props;
	return (
		<Main live={`host:${host.id}`} class="narrow-page">
			<nav class="trail" aria-label="Breadcrumbs">
				<a href="/subnets">Subnets</a> /{" "}
				<a href={`/subnets/${subnet.id}?at=${host.ip}#at`}>
					<Wire text={nameOr(subnet.name, formatCidr(subnet.cidr))} />
				</a>{" "}
				/ <span aria-current="page">{host.ip}</span>
			</nav>
			<div class="panel">
				<HostPanel {...props} drawer={false} />
			</div>
		</Main>
	);
}

export function HostPanel(props: HostPanelProps) {
	const { host } = props;
	const place = props.drawer ? "d" : "p";
	return (
		<article class="host" id={props.drawer ? "drawer-host" : "host"} data-host={host.id} aria-label={host.ip}>
			<header class="host-head">
				<h1>{host.ip}</h1>
				<StatusPill host={host} />
				<span class="latency">
					<Latency host={host} />
				</span>
				<Story host={host} now={props.now} />
				<HostActions host={host} scan={props.scan} place={place} />
				<PingPanel host={host} place={place} echoes={props.echoes ?? []} problem={props.problem} />
			</header>
			<HostFields host={host} place={place} tags={props.tags ?? []} inHand={props.inHand} />
			<FoundNames host={host} subnet={props.subnet} asksSnmp={props.asksSnmp === true} />
			{props.history !== undefined && host.firstSeenAt !== undefined && (
				<HistoryPanel history={props.history} now={props.now} id={place} />
			)}
			<OpenPorts ports={host.ports} unheard={props.unheard ?? []} scan={props.scan} now={props.now} />
			<section aria-labelledby={`changes-${host.id}`}>
				<h2 id={`changes-${host.id}`}>Changes</h2>
				{props.events.length === 0 ? (
					<p class="quiet">Nothing yet.</p>
				) : (
					<ul class="events">
						{props.events.map((event) => (
							<EventLine
								key={event.id}
								event={event}
								now={props.now}
								subject={false}
								back={`/hosts/${host.id}`}
							/>
						))}
					</ul>
				)}
			</section>
		</article>
	);
}

/** "up for 18 d 4 h · first seen 2026-03-02 · Synology 00:11:32:8a:…". */
function Story(props: { host: Host; now: number }) {
	const { host } = props;
	const { statusSince } = host;
	return (
		<p class="story">
			{statusSince === undefined ? (
				<>
					recorded <Day at={host.createdAt} />, never answered
					{host.expiresAt !== undefined && (
						<>
							{" "}
							· the reservation ends <Day at={host.expiresAt} /> unless it answers
						</>
					)}
				</>
			) : (
				<>
					{host.status} for{" "}
					<time dateTime={new Date(statusSince).toISOString()} title={exact(statusSince)}>
						{duration(props.now - statusSince)}
					</time>
				</>
			)}
			{host.status === "down" && host.lastSeenAt !== undefined && (
				<>
					{" "}
					· last seen <Age at={host.lastSeenAt} now={props.now} />
				</>
			)}
			{host.status === "up" && host.latencyUs === UNTIMED && <> · silent to ping, answers ARP</>}
			{host.firstSeenAt !== undefined && (
				<>
					{" "}
					· first seen <Day at={host.firstSeenAt} />
				</>
			)}
			{host.vendor !== undefined && (
				<>
					{" "}
					· <Wire text={host.vendor} />
				</>
			)}
			{host.mac !== undefined && (
				<>
					{host.vendor === undefined ? " · " : " "}
					<span class="mono">{visible(host.mac)}</span>
					{isMadeUp(host.mac) && (
						<span title="A hardware address made up by software"> (locally administered)</span>
					)}
				</>
			)}
		</p>
	);
}

function isMadeUp(text: string): boolean {
	const mac = parseMac(text);
	return mac !== undefined && isLocallyAdministered(mac);
}
