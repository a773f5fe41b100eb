/** One host: state, what is known of it, the form to change that, its ports and changes. Page and drawer share it. */

import type { Event } from "../src/model/event.ts";
import { HOST_LIMITS, type Host } from "../src/model/host.ts";
import { UNTIMED } from "../src/model/presence.ts";
import type { HostScan } from "../src/model/scan.ts";
import type { Subnet } from "../src/model/subnet.ts";
import type { HostHistory } from "../src/model/uptime.ts";
import { formatCidr } from "../src/net/cidr.ts";
import { isLocallyAdministered, parseMac } from "../src/net/mac.ts";
import { Age, Callout, Latency, Main, StatusPill, Wire } from "./elements.tsx";
import { EventLine } from "./event.tsx";
import { Field, type FieldProblem } from "./fields.tsx";
import { day, duration, exact, nameOr, visible, visibleLines } from "./format.ts";
import { HistoryPanel } from "./history.tsx";
import { FoundNames } from "./names.tsx";
import { Form } from "./reader.tsx";
import { HostActions, OpenPorts } from "./scan.tsx";

export type HostPanelProps = {
	host: Host;
	subnet: Subnet;
	events: readonly Event[];
	history?: HostHistory;
	/** SNMP can be asked at all. */
	asksSnmp?: boolean;
	/** undefined: nobody scans ports here. */
	scan?: HostScan | undefined;
	form?: {
		values: { hostname: string; description: string; tags: string; notes: string };
		problem?: { field?: string; message: string };
	};
	now: number;
	drawer: boolean;
};

export function HostPage(props: Omit<HostPanelProps, "drawer">) {
	const { host, subnet } = props;
	return (
		<Main live={`host:${host.id}`} class="narrow-page">
			<nav class="trail" aria-label="Breadcrumbs">
				<a href="/subnets">Subnets</a> /{" "}
				<a href={`/subnets/${subnet.id}`}>
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
	return (
		<article class="host" id={props.drawer ? "drawer-host" : "host"} data-host={host.id} aria-label={host.ip}>
			<header class="host-head">
				<h1>{host.ip}</h1>
				<StatusPill host={host} />
				<span class="latency">
					<Latency host={host} />
				</span>
				<Story host={host} now={props.now} />
				<HostActions host={host} scan={props.scan} />
			</header>
			<EditForm {...props} />
			<FoundNames host={host} subnet={props.subnet} asksSnmp={props.asksSnmp === true} />
			{props.history !== undefined && host.firstSeenAt !== undefined && (
				<HistoryPanel history={props.history} now={props.now} id={props.drawer ? "d" : "p"} />
			)}
			<OpenPorts ports={host.ports} scan={props.scan} now={props.now} />
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
			<DeleteForm host={host} />
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
				<>recorded {day(host.createdAt)}, never answered</>
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
			{host.firstSeenAt !== undefined && <> · first seen {day(host.firstSeenAt)}</>}
			{host.vendor !== undefined && (
				<>
					{" "}
					· <Wire text={host.vendor} />
				</>
			)}
			{host.mac !== undefined && (
				<>
					{" "}
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

const SOURCES = { typed: undefined, ptr: "from PTR", snmp: "from SNMP", import: "from an import" } as const;

/** A problem with one of these is told at the field. */
const FIELDS = new Set(["hostname", "description", "tags", "notes"]);

function EditForm(props: HostPanelProps) {
	const { host, form } = props;
	const values = form?.values ?? {
		hostname: host.hostname,
		description: host.description,
		tags: host.tags.join(", "),
		notes: host.notes,
	};
	const problem: FieldProblem | undefined = form?.problem;
	const id = props.drawer ? "d" : "p";
	return (
		<Form
			class="fields rows"
			id={`${id}-edit`}
			action={`/hosts/${host.id}`}
			data-edit
			data-dirty={form?.problem === undefined ? undefined : ""}
			hx-post={`/hosts/${host.id}`}
			hx-select=".host"
			hx-target="closest .host"
			hx-swap="outerHTML"
		>
			<input type="hidden" name="version" value={host.version} />
			{problem !== undefined && !FIELDS.has(problem.field ?? "") && (
				<Callout kind="bad">
					<p>{visibleLines(problem.message)}</p>
				</Callout>
			)}
			<HostFields host={host} id={id} values={values} problem={problem} />
			<div class="actions">
				<button type="submit" class="button primary">
					Save
				</button>
				<button type="reset" class="button plain">
					Undo
				</button>
			</div>
		</Form>
	);
}

function HostFields(props: {
	host: Host;
	id: string;
	values: { hostname: string; description: string; tags: string; notes: string };
	problem: FieldProblem | undefined;
}) {
	const { host, id, values, problem } = props;
	const source = host.hostnameSource === undefined ? undefined : SOURCES[host.hostnameSource];
	return (
		<>
			<Field
				id={`${id}-hostname`}
				name="hostname"
				label="Hostname"
				value={values.hostname}
				max={HOST_LIMITS.hostnameChars}
				{...(source === undefined ? {} : { hint: source })}
				problem={problem}
			/>
			<Field
				id={`${id}-description`}
				name="description"
				label="Description"
				value={values.description}
				max={HOST_LIMITS.descriptionChars}
				problem={problem}
			/>
			<Field
				id={`${id}-tags`}
				name="tags"
				label="Tags"
				value={values.tags}
				hint="Between commas."
				problem={problem}
			/>
			<Field
				id={`${id}-notes`}
				name="notes"
				label="Notes"
				value={values.notes}
				lines={Math.min(8, Math.max(2, values.notes.split("\n").length))}
				max={HOST_LIMITS.notesChars}
				problem={problem}
			/>
		</>
	);
}

/** Folded, so that deleting takes two deliberate steps without a script. */
function DeleteForm(props: { host: Host }) {
	const { host } = props;
	return (
		<details class="delete">
			<summary>Delete…</summary>
			<Form action={`/hosts/${host.id}/delete`}>
				<p>
					The record of {host.ip} goes: hostname, description, tags, notes and its whole history. If it
					answers again it comes back as a new host.
				</p>
				<button type="submit" class="button danger">
					Delete {host.ip}
				</button>
			</Form>
		</details>
	);
}
