/** One line of news: what an event says and the mark before it. Knows the kinds of event, not where the line stands. */

import type { Event, EventKind } from "../src/model/event.ts";
import { saysOfCrowd } from "./crowd.ts";
import { edited } from "./edited.ts";
import { ActionButton, Age, Wire } from "./elements.tsx";
import { duration, plural, visible } from "./format.ts";
import { saysOfPeople } from "./people.ts";

type Mark = "up" | "down" | "flapping" | "new" | "edit" | "gone" | "warn";

const MARKS: Readonly<Record<EventKind, Mark>> = {
	host_new: "new",
	host_up: "up",
	host_down: "down",
	host_flapping: "flapping",
	name_changed: "edit",
	mac_changed: "warn",
	mac_conflict: "warn",
	host_edited: "edit",
	hosts_edited: "edit",
	host_deleted: "gone",
	hosts_deleted: "gone",
	hosts_imported: "new",
	batch_undone: "edit",
	batch_cancelled: "edit",
	subnet_down: "down",
	subnet_up: "up",
	subnet_flapping: "flapping",
	hosts_found: "new",
	subnet_added: "new",
	subnet_edited: "edit",
	subnet_deleted: "gone",
	sweep_failed: "warn",
	sweep_recovered: "up",
	own_network_down: "warn",
	own_network_back: "up",
	port_opened: "new",
	port_closed: "gone",
	port_changed: "edit",
	user_added: "new",
	user_edited: "edit",
	user_deleted: "gone",
	signed_in: "edit",
	sign_in_failed: "warn",
	token_added: "new",
	token_revoked: "gone",
	webhook_added: "new",
	webhook_edited: "edit",
	webhook_deleted: "gone",
	sweep_asked: "edit",
	scan_asked: "edit",
	setting_edited: "edit",
};

/** What happened to the thing that the label names; wire text comes back in pieces to be isolated. */
function says(event: Event): (string | { wire: string })[] {
	const { detail } = event;
	switch (event.kind) {
		case "host_new":
			return typeof detail.vendor === "string" ? ["new host, ", { wire: detail.vendor }] : ["new host"];
		case "host_up":
			return [returned(detail)];
		case "host_down":
			return ["went down"];
		case "host_flapping":
			return [typeof detail.flips === "number" ? `flapping, ${plural(detail.flips, "change")}` : "flapping"];
		case "subnet_down":
		case "subnet_up":
		case "subnet_flapping":
			return saysOfCrowd(event.kind, detail);
		case "hosts_found":
			return [`sweep found ${plural(Number(detail.hosts), "new host")}`];
		case "name_changed":
			return renamed(detail);
		case "mac_changed":
			return [`hardware address changed from ${detail.old} to ${detail.mac}`, ...maker(detail)];
		case "mac_conflict":
			return [`answers with the hardware address of ${detail.other}, ${detail.mac}`, ...maker(detail)];
		case "host_edited":
		case "subnet_edited":
			return edited(detail);
		case "hosts_edited":
			return [`${detail.fields} of ${plural(Number(detail.hosts), "host")} changed`];
		case "hosts_imported":
			return [`${plural(Number(detail.hosts), "host")} imported`];
		case "batch_undone":
			return [undone(detail)];
		case "batch_cancelled":
			return [cancelled(detail)];
		case "host_deleted":
		case "subnet_deleted":
			return ["deleted"];
		case "hosts_deleted":
			return [`${plural(Number(detail.hosts), "host")} deleted`];
		case "subnet_added":
			return ["subnet added"];
		case "sweep_failed":
			return ["could not be swept", ...reason(detail)];
		case "sweep_recovered":
			return ["is swept again"];
		case "own_network_down":
			return ["lost its network: states are unknown", ...reason(detail)];
		case "own_network_back":
			return ["has its network back"];
		case "port_opened":
			return ["opened ", ...port(detail)];
		case "port_closed":
			return ["closed ", ...port(detail)];
		case "port_changed":
			return portChanged(detail);
		default:
			return saysOfPeople(event.kind, event);
	}
}

/** "after 1 h 23 m of silence": the larger unit says enough. */
const SPAN = / after (\d+ \w+)(?: \d+ \w+)? of silence$/;

/** Without the words that a narrow column has no room for: names of many, reasons. */
function inBrief(parts: ReturnType<typeof says>): ReturnType<typeof says> {
	const colon = parts.indexOf(": ");
	return parts
		.slice(0, colon < 0 ? undefined : colon)
		.map((part) => (typeof part === "string" ? part.replace(SPAN, " after $1") : part));
}

/** The whole line as text, for what may be cut. */
function whole(event: Event, parts: ReturnType<typeof says>): string {
	const words = parts.map((part) => (typeof part === "string" ? part : part.wire)).join("");
	return visible(`${event.label === "" ? (event.ip ?? "") : event.label} ${words}`.trim());
}

function returned({ downMs }: Event["detail"]): string {
	return typeof downMs === "number" ? `came back after ${duration(downMs)} of silence` : "came back";
}

const BATCHES: Readonly<Record<string, string>> = {
	bulk_edit: "edit of several hosts",
	delete: "deletion",
	import: "import",
};

function cancelled(detail: Event["detail"]): string {
	const what = BATCHES[String(detail.kind)] ?? "";
	return detail.field === "undoing" ? `undoing of the ${what} stopped` : `${what} cancelled`.trim();
}

function undone(detail: Event["detail"]): string {
	const kept = Number(detail.kept ?? 0);
	const why = detail.reason === undefined ? "" : `, because ${detail.reason}`;
	const says = `${BATCHES[String(detail.kind)] ?? ""} undone${why}`.trim();
	return kept === 0 ? says : `${says}, ${kept} left as they are now`;
}

function reason(detail: Event["detail"]): (string | { wire: string })[] {
	if (detail.reason === undefined) return [];
	// A sentence goes on behind a colon; "ICMP …" stays as it is.
	const says = String(detail.reason).replace(/^[A-Z](?=[a-z ])/, (first) => first.toLowerCase());
	return [": ", { wire: says }];
}

function maker(detail: Event["detail"]): (string | { wire: string })[] {
	return typeof detail.vendor === "string" ? [" (", { wire: detail.vendor }, ")"] : [];
}

const NAMED_BY: Readonly<Record<string, string>> = { ptr: "PTR name", snmp: "SNMP name" };

function renamed(detail: Event["detail"]): (string | { wire: string })[] {
	const source = NAMED_BY[String(detail.source)] ?? "name";
	const [old, now] = [String(detail.old ?? ""), String(detail.new ?? "")];
	if (now === "") return [`${source} “`, { wire: old }, "” is gone"];
	return [`${source} changed from “`, { wire: old }, "” to “", { wire: now }, "”"];
}

function portChanged(detail: Event["detail"]): (string | { wire: string })[] {
	if (detail.new === undefined) return ["changed ", ...port(detail)];
	return [...port(detail), " is now ", { wire: String(detail.new) }];
}

/** "5001/https", "53/udp", "12 ports". */
function port(detail: Event["detail"]): (string | { wire: string })[] {
	if (typeof detail.ports === "number") return [plural(detail.ports, "port")];
	const service = String(detail.service ?? "");
	if (service === "" || detail.proto !== "tcp") return [`${detail.port}/${detail.proto}`];
	return [`${detail.port}/`, { wire: service }];
}

function target(event: Event): string | undefined {
	if (event.kind === "host_deleted" || event.kind === "subnet_deleted") return undefined;
	if (event.hostId !== undefined) return `/hosts/${event.hostId}`;
	return event.subnetId === undefined ? undefined : `/subnets/${event.subnetId}`;
}

/** What concerns the machine that Rollcall runs on. */
const OWN: ReadonlySet<EventKind> = new Set(["own_network_down", "own_network_back"]);

function Subject(props: { event: Event }) {
	const { event } = props;
	const label = event.label === "" ? (event.ip ?? "") : event.label;
	if (label === "") return OWN.has(event.kind) ? <b>This machine </b> : null;
	const href = target(event);
	const name = <Wire text={label} />;
	// An IPv4 address is short, and says nothing when it is cut.
	const short = label === event.ip && !label.includes(":") ? "short" : undefined;
	if (href === undefined) {
		return (
			<>
				<b class={short}>{name}</b>{" "}
			</>
		);
	}
	return (
		<>
			<a
				href={href}
				class={short === undefined ? "subject" : "subject short"}
				data-drawer={event.hostId !== undefined || undefined}
			>
				{name}
			</a>{" "}
		</>
	);
}

/** By whom, and on asking from where; nothing where it happened by itself. */
function By(props: { event: Event }) {
	const { by } = props.event;
	if (by === undefined) return null;
	const from = by.from === "" ? "on this machine" : `from ${by.from}`;
	return (
		<span class="by" title={visible(from)}>
			by {by.kind === "token" && "token "}
			<Wire text={by.name} />
			<span class="sr"> {visible(from)}</span>
		</span>
	);
}

/**
 * `subject: false` leaves the host's name out where the whole list is about it; `back`: news can be put away here, and
 * where that leads.
 */
export function EventLine(props: {
	event: Event;
	now: number;
	subject?: boolean;
	back?: string;
	/** No room to say who did it. */
	brief?: boolean;
}) {
	const { event, back } = props;
	const all = says(event);
	const told = props.brief === true ? inBrief(all) : all;
	return (
		<li class="event" id={`e${event.id}`}>
			<i class={`mark ${MARKS[event.kind]}`} aria-hidden="true" />
			<span class="what" title={props.brief === true ? whole(event, all) : undefined}>
				{(props.subject !== false || event.hostId === undefined) && <Subject event={event} />}
				<span class="says">
					{told.map((part) =>
						typeof part === "string" ? visible(part) : <Wire key={part.wire} text={part.wire} />,
					)}
				</span>
			</span>
			{event.dismissed === false && back !== undefined && (
				<span class="dismiss">
					<ActionButton
						action={`/events/${event.id}/dismiss`}
						label="Do not tell again"
						values={{ back }}
						stay
					/>
				</span>
			)}
			{event.dismissed === true && back !== undefined && <span class="dismiss quiet">not told again</span>}
			{!props.brief && <By event={event} />}
			<Age at={event.at} now={props.now} style={props.subject === false ? "since" : "short"} />
		</li>
	);
}
