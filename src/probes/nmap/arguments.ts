/**
 * The arguments nmap is started with: read from one line of settings through a list of what is allowed, printed
 * anew by us. Knows every option it lets pass and refuses all others: nmap reads and writes files and runs scripts.
 */

import { AppError } from "../../errors.ts";
import { type Address, familyOf, formatAddress } from "../../net/address.ts";
import { countPorts, formatPorts, hasPort, listPorts, parsePorts, withoutPorts } from "../../net/ports.ts";
import { PRINTER_PORTS } from "../scanner.ts";

/** What the operating system lets nmap do: "root", raw sockets without being root ("granted"), or neither. */
export type RawRight = "root" | "granted" | "none";

export type NmapPlan = {
	/** Options of the settings, re-printed. */
	readonly options: readonly string[];
	/** What was understood otherwise than written, in words. */
	readonly notes: readonly string[];
	/** Longest time for one host, in milliseconds. */
	readonly hostTimeoutMs: number;
	/** Ports that are to be looked at without writing to them, because nmap was told to leave them out. */
	readonly quietPorts: readonly number[];
};

/** Longest settings line that is read. */
const MAX_TEXT = 4_096;
const HOUR_MS = 3_600_000;

/** How the value of an option is read; the answer is what is printed. undefined: it is none. */
type Value = (text: string) => string | undefined;
type Rule = {
	readonly value?: Value;
	/** The value may be glued to the option: -PS22, -p22. */
	readonly glued?: boolean;
	/** Only one option of a group makes sense. */
	readonly group?: string;
	/** Ends with an error when raw sockets are not permitted. */
	readonly raw?: boolean;
	/** Why it is left out, whatever the rights. */
	readonly needless?: string;
};

const whole =
	(min: number, max: number): Value =>
	(text) => {
		const n = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
		return n >= min && n <= max ? `${n}` : undefined;
	};
const ports: Value = (text) => {
	const list = parsePorts(text).value;
	return list && formatPorts(list);
};
/** A time as nmap writes it, in milliseconds up to `maxMs`: 500ms, 30s, 5m, 1h. A bare number is seconds. */
const time =
	(maxMs: number): Value =>
	(text) => {
		const [, digits = "", unit = "s"] = /^(\d{1,7})(ms|s|m|h)?$/.exec(text) ?? [];
		const ms = Number(digits) * { ms: 1, s: 1_000, m: 60_000, h: HOUR_MS }[unit as "ms" | "s" | "m" | "h"];
		return digits !== "" && ms >= 1 && ms <= maxMs ? `${ms}ms` : undefined;
	};

/** The list. Exact spelling: nmap itself also takes "-script" and "--append", we do not. */
const RULES: Readonly<Record<string, Rule>> = {
	"-sS": { group: "tcp scan" },
	"-sT": { group: "tcp scan" },
	"-sU": { raw: true },
	"-sV": {},
	"-O": { raw: true },
	"-Pn": {},
	"-n": { needless: "Rollcall always passes -n" },
	"-PE": {},
	"-PP": {},
	"-PR": {},
	"-PS": { value: ports, glued: true },
	"-PA": { value: ports, glued: true },
	"-PU": { value: ports, glued: true },
	"-p": { value: ports, glued: true, group: "ports" },
	"-F": { group: "ports" },
	"--top-ports": { value: whole(1, 1_000), group: "ports" },
	"-T0": { group: "-T" },
	"-T1": { group: "-T" },
	"-T2": { group: "-T" },
	"-T3": { group: "-T" },
	"-T4": { group: "-T" },
	"--min-rate": { value: whole(1, 1_000) },
	"--max-rate": { value: whole(1, 1_000) },
	"--max-retries": { value: whole(0, 5) },
	"--host-timeout": { value: time(HOUR_MS) },
	"--max-rtt-timeout": { value: time(60_000) },
	"--version-intensity": { value: whole(0, 9), group: "version intensity" },
	"--version-light": { group: "version intensity" },
	"--open": {
		needless: "only open ports are recorded anyway, and closed ones must be told apart from silence",
	},
	"--reason": { needless: "the XML output holds reasons anyway" },
	"--traceroute": { raw: true },
};

type Option = { readonly name: string; readonly value: string | undefined };

/**
 * Reads the settings line. Throws AppError("invalid", field NMAP_ARGS) naming the first option that is not on the
 * list, or whose value is not of its form. `hostTimeoutMs` is used where the line names none.
 */
export function planNmap(text: string, raw: RawRight, hostTimeoutMs: number): NmapPlan {
	const notes: string[] = [];
	const options = readOptions(text, notes).flatMap((option) => {
		const rule = RULES[option.name];
		if (rule?.needless !== undefined) {
			notes.push(`${option.name} is left out: ${rule.needless}.`);
			return [];
		}
		if (raw !== "none") return [option];
		if (option.name === "-sS") {
			notes.push("-sS became -sT: nmap has no right to raw sockets here.");
			return [{ name: "-sT", value: undefined }];
		}
		if (rule?.raw === true) notes.push(`${option.name} is left out: nmap has no right to raw sockets here.`);
		return rule?.raw === true ? [] : [option];
	});
	refuseContradictions(options);
	const printers = planPrinters(options, notes);
	const named = options.find(({ name }) => name === "--host-timeout")?.value;
	return {
		options: [
			...printers.options.filter(({ name }) => name !== "--host-timeout").flatMap(printOption),
			...(printers.excluded
				? ["--exclude-ports", `T:${formatPorts(PRINTER_PORTS).replace(",", ",T:")}`]
				: []),
		],
		notes,
		hostTimeoutMs: named === undefined ? hostTimeoutMs : Number.parseInt(named, 10),
		quietPorts: printers.quiet,
	};
}

/** The whole command line behind the program: settings, then our own flags, then targets that cannot be options. */
export function nmapArguments(plan: NmapPlan, raw: RawRight, targets: readonly Address[]): string[] {
	const [first] = targets;
	if (first === undefined) throw new Error("nmap is asked for nobody");
	const family = familyOf(first);
	if (targets.some((target) => familyOf(target) !== family)) throw new Error("two families in one nmap run");
	return [
		...(raw === "granted" ? ["--privileged"] : raw === "none" ? ["--unprivileged"] : []),
		...(family === 6 ? ["-6"] : []),
		...plan.options,
		"-n",
		"--no-stylesheet",
		// All at once: else nmap begins with five hosts and a batch may take several times the limit of a host.
		...["--min-hostgroup", `${targets.length}`],
		...["--host-timeout", `${plan.hostTimeoutMs}ms`],
		// How far it is, as elements of the XML.
		...["--stats-every", "2s"],
		...["-oX", "-"],
		"--",
		...targets.map(formatAddress),
	];
}

function readOptions(text: string, notes: string[]): Option[] {
	if (text.length > MAX_TEXT) throw refused("This is too long.");
	const words = text.split(" ").filter((word) => word !== "");
	const options: Option[] = [];
	for (let i = 0; i < words.length; i++) {
		const word = words[i] ?? "";
		if (word === "--top-1000-ports") {
			notes.push("--top-1000-ports is no option of nmap: understood as --top-ports 1000.");
			options.push({ name: "--top-ports", value: "1000" });
			continue;
		}
		const [name, glued] = splitWord(word);
		const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
		if (rule === undefined) throw refused(`${shown(word)} is not on the list of permitted options.`);
		if (rule.value === undefined) {
			if (glued !== undefined) throw refused(`${name} takes no value.`);
			options.push({ name, value: undefined });
			continue;
		}
		// Probes to find hosts (-PS) take their ports glued or not at all.
		const apart = glued === undefined && !/^-P[SAU]$/.test(name);
		const value = apart ? words[++i] : glued;
		if (value === undefined && !apart) {
			options.push({ name, value: undefined });
			continue;
		}
		const read = value === undefined ? undefined : rule.value(value);
		if (read === undefined) throw refused(`${name} cannot take ${shown(value ?? "nothing")}.`);
		options.push({ name, value: read });
	}
	return options;
}

/** "-p22" is "-p" and "22"; "--top-ports=5" is "--top-ports" and "5". */
function splitWord(word: string): [string, string | undefined] {
	const [, long, value] = /^(--[a-z-]+)=(.*)$/s.exec(word) ?? [];
	if (long !== undefined) return [long, value];
	const short = word.slice(0, word.startsWith("-P") ? 3 : 2);
	const glued = Object.hasOwn(RULES, short) && RULES[short]?.glued === true && word !== short;
	return glued ? [short, word.slice(short.length)] : [word, undefined];
}

function refuseContradictions(options: readonly Option[]): void {
	const seen = new Map<string, string>();
	for (const { name } of options) {
		const group = RULES[name]?.group ?? name;
		const other = seen.get(group);
		if (other !== undefined) {
			throw refused(other === name ? `${name} is there twice.` : `${other} and ${name} exclude each other.`);
		}
		seen.set(group, name);
	}
}

/** With -sV the printers' ports are kept from nmap and left to a connection that says nothing. */
function planPrinters(options: readonly Option[], notes: string[]) {
	const printers = listPorts(PRINTER_PORTS);
	if (!options.some(({ name }) => name === "-sV")) return { options, excluded: false, quiet: [] };
	const list = options.find(({ name }) => name === "-p")?.value;
	if (list === undefined) return { options, excluded: true, quiet: printers };
	const asked = parsePorts(list).value ?? [];
	const quiet = printers.filter((port) => hasPort(asked, port));
	if (countPorts(withoutPorts(asked, PRINTER_PORTS)) > 0) {
		return { options, excluded: quiet.length > 0, quiet };
	}
	notes.push("-sV is left out: only printer ports are asked for, and those are never written to.");
	return { options: options.filter(({ name }) => name !== "-sV"), excluded: false, quiet: [] };
}

function printOption({ name, value }: Option): string[] {
	if (value === undefined) return [name];
	return /^-P[SAU]$/.test(name) ? [name + value] : [name, value];
}

function shown(word: string): string {
	return `“${word.slice(0, 60).replace(/[^\x20-\x7e]/g, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`)}”`;
}

function refused(why: string): AppError {
	return new AppError("invalid", `NMAP_ARGS: ${why} Example: NMAP_ARGS="-Pn -T3 --top-ports 1000 -sS -sV"`, {
		field: "NMAP_ARGS",
	});
}
