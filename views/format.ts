/** How values read: ages, durations, latencies, counts and text from the wire. Pure; knows no markup and no clock. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/**
 * How an age is worded. "since": "41 s ago", counted by the second; "seen": "now" until two sweeps of the default
 * interval have passed; "short": "12 m", for narrow columns. `static/ages.js` holds the same three for ticking.
 */
export type AgeStyle = "since" | "seen" | "short";

const SEEN_NOW_MS = 120 * SECOND;

/** How long ago `at` was. A time in the future (clocks differ) reads as now. */
export function age(at: number, now: number, style: AgeStyle = "since"): string {
	const ms = Math.max(0, now - at);
	if (style === "seen" && ms < SEEN_NOW_MS) return "now";
	if (style === "short") return ms < MINUTE ? "now" : oneUnit(ms);
	return `${oneUnit(ms)} ago`;
}

function oneUnit(ms: number): string {
	if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
	if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m`;
	if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
	if (ms < YEAR) return `${Math.floor(ms / DAY)} d`;
	return `${Math.floor(ms / YEAR)} y`;
}

const UNITS = [
	[YEAR, "y"],
	[DAY, "d"],
	[HOUR, "h"],
	[MINUTE, "m"],
	[SECOND, "s"],
] as const;

/** The two largest units of a span: "18 d 4 h", "2 m", "45 s". Seconds only below a minute. */
export function duration(ms: number): string {
	const span = Math.max(0, ms);
	if (span < MINUTE) return `${Math.floor(span / SECOND)} s`;
	const at = UNITS.findIndex(([size]) => span >= size);
	const [size, unit] = UNITS[at] ?? UNITS[3];
	const first = `${Math.floor(span / size)} ${unit}`;
	const next = UNITS[at + 1];
	if (next === undefined || next[1] === "s") return first;
	const rest = Math.floor((span % size) / next[0]);
	return rest === 0 ? first : `${first} ${rest} ${next[1]}`;
}

/** A rhythm: seconds up to two minutes, as they are entered; then the two largest units. */
export function interval(seconds: number): string {
	return seconds <= 120 ? `${seconds} s` : duration(seconds * SECOND);
}

/** A round-trip time: "0.5 ms", "38.2 ms", "140 ms", "1.2 s". */
export function latency(us: number): string {
	const ms = us / 1_000;
	if (ms < 0.1) return "<0.1 ms";
	if (ms < 99.95) return `${ms.toFixed(1)} ms`;
	if (ms < 999.5) return `${Math.round(ms)} ms`;
	return `${(ms / 1_000).toFixed(1)} s`;
}

/** Digits in threes; beyond 15 digits as a power of ten, which says more than the digits. */
export function count(n: number | bigint): string {
	const digits = n.toString();
	if (digits.length > 15) {
		const [lead, tenth] = [digits[0], digits[1]];
		return `${lead}.${tenth} × 10${superscript(digits.length - 1)}`;
	}
	return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function superscript(n: number): string {
	return n.toString().replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)] ?? digit);
}

/** "1 host", "2 hosts". */
export function plural(n: number | bigint, one: string, many = `${one}s`): string {
	return `${count(n)} ${n === 1 || n === 1n ? one : many}`;
}

/** A share of a whole without decimals: "18 %"; never "0 %" for something and never "100 %" for less than all. */
export function share(part: number | bigint, whole: number | bigint): string {
	const [p, w] = [BigInt(part), BigInt(whole)];
	if (w <= 0n || p <= 0n) return "0 %";
	if (p >= w) return "100 %";
	const percent = (p * 100n + w / 2n) / w;
	if (percent === 0n) return "<1 %";
	return percent === 100n ? ">99 %" : `${percent} %`;
}

/** A ratio from 0 to 1 as percent with one decimal and no sign: "99.2"; "100" only when nothing is missing. */
export function ratio(value: number): string {
	if (value >= 1) return "100";
	return Math.min(99.9, Math.round(value * 1_000) / 10).toFixed(1);
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** A size in powers of 1,000: "812 B", "4.1 kB", "206 MB". */
export function bytes(n: number): string {
	const power = n < 1_000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(n) / 3));
	const value = n / 1_000 ** power;
	return `${power === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[power]}`;
}

/** "2026-03-02" in UTC. */
export function day(at: number): string {
	return new Date(at).toISOString().slice(0, 10);
}

/** Names of days as the reader in `zone` (an IANA name) counts them: "Today", "Yesterday", "Saturday 21 November 2026". */
export function dayNames(zone: string, now: number): (at: number) => string {
	const format = new Intl.DateTimeFormat("en-GB", {
		timeZone: zone,
		weekday: "long",
		day: "numeric",
		month: "long",
		year: "numeric",
	});
	const nameOf = (at: number) => format.format(at).replaceAll(",", "");
	const today = nameOf(now);
	// Where clocks are changed a day has 23 or 25 hours: half a day back is never the day before yesterday.
	const yesterday = [12, 24, 36].map((hours) => nameOf(now - hours * HOUR)).find((name) => name !== today);
	return (at) => {
		const name = nameOf(at);
		return name === today ? "Today" : name === yesterday ? "Yesterday" : name;
	};
}

/** "2026-03-02 14:05:09 UTC": the exact time until a browser puts its own zone there. */
export function exact(at: number): string {
	return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Characters that show nothing, reorder their neighbours or are no characters at all. */
const HIDDEN =
	/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u115F\u1160\u2028\u2029\u2800\u3164\uFFA0]|\u034F|\u17B4|\u17B5|[\u{E0100}-\u{E01EF}]/gu;

/**
 * Text from the network, made honest: control characters become `\x1b`, invisible and reordering ones `⟨U+202E⟩`.
 * A joiner between two pictures stays (it makes one emoji of them). Everything else is kept as it is.
 */
export function visible(text: string): string {
	return text.replace(HIDDEN, (char, offset: number) => {
		const code = char.codePointAt(0) ?? 0;
		if (code === 0x200d && joinsPictures(text, offset)) return char;
		if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
		return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
	});
}

function joinsPictures(text: string, offset: number): boolean {
	return (
		/\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]?$/u.test(
			text.slice(Math.max(0, offset - 6), offset),
		) && /^\p{Extended_Pictographic}/u.test(text.slice(offset + 1))
	);
}

/** As `visible`, for text of several lines: line ends and tabs stay. */
export function visibleLines(text: string): string {
	return text
		.split(/(\r\n|\n|\t)/)
		.map((part) => (/^(\r\n|\n|\t)$/.test(part) ? part.replace("\r", "") : visible(part)))
		.join("");
}

/** "10.0.0.0/24" of a label such as "Office LAN": what a sentence calls a subnet that may have no name. */
export function nameOr(name: string, otherwise: string): string {
	return name === "" ? otherwise : name;
}
