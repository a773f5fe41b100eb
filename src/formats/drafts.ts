/** Rows and a mapping to drafts of hosts and subnets: what the file says, checked, in our own words. Knows no database. */

import { HOST_LIMITS } from "../model/host.ts";
import type {
	Draft,
	HostValues,
	Place,
	SubnetDraftValues,
	Table,
	TableRow,
	Target,
} from "../model/import.ts";
import { SUBNET_LIMITS } from "../model/subnet.ts";
import { readLine, readTags, readText } from "../model/text.ts";
import { formatAddress, type Parsed, parseAddress } from "../net/address.ts";
import { formatCidr, parseCidr } from "../net/cidr.ts";
import { formatMac, isUnicast, macPart, parseMac } from "../net/mac.ts";
import { aroundOf, blockOrNone, NONE, need, Refused, readBlock, readIp } from "./places.ts";
import { sweepRow } from "./sweeping.ts";

/** States that say what the sweep says better. */
const PLAIN_STATES = /^(used|active|offline|online|up|down|aktiv|benutzt)$/i;
const YES = /^(1|y|yes|true|on|ja|ano|oui|tak|si|sí|sim|да)$/i;
const NO = /^(0|n|no|false|off|nein|ne|non|nie|não|нет)$/i;

/** What one row says, by target; several columns of one target are joined. */
type Cells = (target: Target) => string | undefined;

/**
 * All rows one after the other, as often as they are asked for: of a hundred thousand none is kept. A row that cannot be
 * used is there with the reason.
 */
export function eachDraft(table: Pick<Table, "headers" | "rows">, mapping: readonly Target[]) {
	const places = placesOf(mapping);
	return {
		*[Symbol.iterator]() {
			for (const [at, row] of table.rows.entries()) {
				sweepRow(at);
				yield readDraft(table.headers, row, at, places);
			}
		},
	};
}

function readDraft(
	headers: readonly string[],
	{ line, cells: texts }: TableRow,
	at: number,
	places: Places,
): Draft {
	const cells = cellsOf(texts, places);
	try {
		return draftOf({ line, at }, cells, notesOf(headers, texts, places));
	} catch (error) {
		if (!(error instanceof Refused)) throw error;
		const address = (cells("ip") || cells("address") || cells("subnet") || "").slice(0, 200);
		return { kind: "refused", line, at, address, reason: error.message };
	}
}

function cellsOf(cells: readonly string[], places: Places): Cells {
	return (target) => {
		let found: string | undefined;
		for (const place of places.get(target) ?? []) {
			const text = (cells[place] ?? "").trim();
			if (found === undefined || found === "") found = text;
			else if (text !== "" && target === "tags") found = `${found}, ${text}`;
		}
		return found;
	};
}

/** The columns of each target. */
type Places = ReadonlyMap<Target, readonly number[]>;

function placesOf(mapping: readonly Target[]): Places {
	const places = new Map<Target, number[]>();
	for (const [i, target] of mapping.entries()) places.set(target, [...(places.get(target) ?? []), i]);
	return places;
}

/** The notes: what is mapped to them, then a line "Title: text" for each column kept as a line. */
function notesOf(headers: readonly string[], cells: readonly string[], places: Places): string | undefined {
	const whole = places.get("notes");
	const lines = places.get("line");
	if (whole === undefined && lines === undefined) return undefined;
	const parts: string[] = [];
	for (const place of whole ?? []) {
		const text = (cells[place] ?? "").trim();
		if (text !== "") parts.push(text);
	}
	for (const place of lines ?? []) {
		const text = (cells[place] ?? "").trim();
		if (!NONE.test(text)) parts.push(`${titleOf(headers[place], place)}: ${text}`);
	}
	return parts.join("\n");
}

/** Programs write the same title small or large: the notes have it in one way. */
function titleOf(header: string | undefined, i: number): string {
	const title = header?.trim() || `Column ${i + 1}`;
	return title.slice(0, 1).toUpperCase() + title.slice(1);
}

function draftOf(place: Place, cells: Cells, notes: string | undefined): Draft {
	const remarks: string[] = [];
	const either = cells("address") ?? "";
	const ip = cells("ip") || (either.includes("/") ? hostInCidr(either) : either);
	const named = cells("subnet") || (ip === "" ? either : "");
	if (ip === "") {
		if (NONE.test(named)) throw new Refused("The row has no address and no subnet.");
		if (/\((folder)\)$/.test(named)) throw new Refused("This is a folder of phpIPAM: it holds no addresses.");
		const cidr = readBlock(named, cells("mask"), remarks);
		return { kind: "subnet", ...place, cidr: formatCidr(cidr), values: subnetValues(cells, notes), remarks };
	}
	const slash = ip.indexOf("/");
	const address = need(readIp(slash < 0 ? ip : ip.slice(0, slash).trim()));
	const mask = cells("mask") ?? "";
	const masked = slash < 0 && !NONE.test(mask) ? `${ip}/${mask}` : ip;
	const subnet = NONE.test(named) ? aroundOf(masked, address) : blockOrNone(named, mask, remarks);
	return {
		...{ kind: "host", ...place, ip: formatAddress(address) },
		subnet: subnet === undefined ? undefined : formatCidr(subnet),
		...gatewayOf(cells("is_gateway"), address),
		values: hostValues(cells, notes),
		remarks,
	};
}

/** A list may say yes or no, or beside every host which address is the gateway. */
function gatewayOf(
	text: string | undefined,
	address: bigint,
): { isGateway: boolean; gateway: string | undefined } {
	const named = text === undefined ? undefined : parseAddress(text).value;
	if (named === undefined) {
		return { isGateway: yesOrNo(text, "Is the gateway") === true, gateway: undefined };
	}
	const isGateway = named === address;
	return { isGateway, gateway: isGateway || named === 0n ? undefined : formatAddress(named) };
}

/** "10.0.0.5/24" under "address" is a host; "10.0.0.0/24" a subnet. */
function hostInCidr(text: string): string {
	const parsed = parseCidr(text);
	const address = parseAddress(text.slice(0, text.indexOf("/"))).value;
	return parsed.value === undefined && parsed.suggestion !== undefined && address !== undefined ? text : "";
}

/** The first that is not empty; "" when the file has one of the columns, but nothing in it. */
function firstOf(cells: Cells, ...targets: readonly Target[]): string | undefined {
	const found = targets.map(cells).filter((text) => text !== undefined);
	return found.find((text) => text !== "") ?? found[0];
}

function onOneLine(text: string): string {
	return Array.from(text.split("\n"), (line) => line.trim()).join(" ");
}

/** Only what the file has a column for. */
function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

function field<T>(name: string, text: string | undefined, read: (text: string) => Parsed<T>): T | undefined {
	if (text === undefined) return undefined;
	const parsed = read(text);
	if (parsed.problem !== undefined) throw new Refused(`${name}: ${parsed.problem}`);
	return parsed.value as T;
}

function hostValues(cells: Cells, notes: string | undefined): HostValues {
	const source = cells("name_source");
	return present({
		hostname: field("Hostname", firstOf(cells, "hostname", "name"), (text) =>
			readLine(text, HOST_LIMITS.hostnameChars),
		),
		nameSource: source !== undefined && /^(typed|ptr|snmp|import)$/.test(source) ? source : undefined,
		description: field("Description", cells("description"), (text) =>
			readLine(onOneLine(text), HOST_LIMITS.descriptionChars),
		),
		tags: tagsOf(cells("tags"), cells("state")),
		notes: field("Notes", notes, (text) => readText(text, HOST_LIMITS.notesChars)),
		mac: field("Hardware address", cells("mac"), readMac),
		snmpEnabled: yesOrNo(cells("snmp_enabled"), "Asked by SNMP"),
	});
}

function tagsOf(tags: string | undefined, state: string | undefined): readonly string[] | undefined {
	if (tags === undefined && state === undefined) return undefined;
	const kept = state === undefined || PLAIN_STATES.test(state) || NONE.test(state) ? "" : stateTag(state);
	return field("Tags", [tags ?? "", kept].join(","), (text) => readTags(text, HOST_LIMITS));
}

/** One tag, whatever is in it. */
function stateTag(state: string): string {
	return state.toLowerCase().replace(/\s*,\s*/g, " ");
}

function readMac(text: string): Parsed<string> {
	if (NONE.test(text)) return { value: "" };
	const mac = parseMac(macPart(text) ?? "");
	if (mac === undefined)
		return { problem: `“${text.slice(0, 40)}” is no hardware address of six pairs of digits.` };
	if (!isUnicast(mac)) return { problem: `“${text}” is no hardware address of one interface.` };
	return { value: formatMac(mac) };
}

function yesOrNo(text: string | undefined, name: string): boolean | undefined {
	if (text === undefined || NONE.test(text)) return undefined;
	if (YES.test(text)) return true;
	if (NO.test(text)) return false;
	throw new Refused(`${name}: “${text.slice(0, 40)}” is neither yes nor no.`);
}

/** A subnet's description is its name where it has no other; where it has, it is the first line of the notes. */
function subnetValues(cells: Cells, notes: string | undefined): SubnetDraftValues {
	const described = cells("description");
	const named = firstOf(cells, "name", "hostname");
	const name = named ?? described;
	const short = name === undefined || [...name].length <= SUBNET_LIMITS.nameChars;
	const first =
		(named !== undefined && named !== "" && described !== named) || !short ? described : undefined;
	const all = first || notes !== undefined ? [first, notes].filter(Boolean).join("\n") : undefined;
	const whole = name || described;
	const oneLine = whole === undefined ? undefined : onOneLine(whole);
	const cut =
		oneLine === undefined || short
			? oneLine
			: `${[...oneLine].slice(0, SUBNET_LIMITS.nameChars - 1).join("")}…`;
	return present({
		name: field("Name", cut, (text) => readLine(text, SUBNET_LIMITS.nameChars)),
		notes: field("Notes", all, (text) => readText(text, SUBNET_LIMITS.notesChars)),
		gateway: field("Gateway", cells("gateway") ?? addressIn(cells("is_gateway")), readGateway),
		sweepIntervalS: field("Seconds between sweeps", cells("sweep_interval_s") || undefined, readInterval),
		sweepEnabled: yesOrNo(cells("sweep_enabled"), "Swept"),
		scanEnabled: yesOrNo(cells("scan_enabled"), "Ports scanned"),
		snmpEnabled: yesOrNo(cells("snmp_enabled"), "Asked by SNMP"),
	});
}

/** What is an address; lists of hosts have words in that place. */
function addressIn(text: string | undefined): string | undefined {
	return text !== undefined && parseAddress(text).value !== undefined ? text : undefined;
}

function readGateway(text: string): Parsed<string> {
	if (NONE.test(text) || text === "0.0.0.0") return { value: "" };
	const parsed = parseAddress(text);
	return parsed.problem === undefined ? { value: formatAddress(parsed.value) } : parsed;
}

function readInterval(text: string): Parsed<number> {
	const { sweepIntervalMinS: min, sweepIntervalMaxS: max } = SUBNET_LIMITS;
	const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
	return seconds >= min && seconds <= max ? { value: seconds } : { problem: `use ${min} to ${max}.` };
}
