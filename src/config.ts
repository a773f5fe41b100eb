/** Environment, .env and flags into one frozen, checked Config; every default and bound of the program comes together here. */

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { API_BOUNDS } from "./config/api.ts";
import { DOCTOR_BOUNDS } from "./config/doctor.ts";
import { MOVING_BOUNDS } from "./config/moving.ts";
import { NAME_BOUNDS, NAME_KEYS, type NameSettings } from "./config/names.ts";
import { type Key, number, oneOf, yesOrNo } from "./config/reading.ts";
import { SCAN_BOUNDS, SCAN_KEYS, type ScanSettings } from "./config/scans.ts";
import { TRUST_BOUNDS, TRUST_KEYS, type TrustSettings } from "./config/trust.ts";
import { UPKEEP_BOUNDS, UPKEEP_KEYS, type UpkeepSettings } from "./config/upkeep.ts";
import { WEBHOOK_BOUNDS } from "./config/webhooks.ts";
import { AppError } from "./errors.ts";

/** What may differ from one installation to the next. */
export type Config = NameSettings &
	ScanSettings &
	UpkeepSettings &
	TrustSettings &
	Readonly<{
		/** Path of the SQLite file, or ":memory:". */
		databasePath: string;
		host: string;
		port: number;
		/** The address people use, when it is not the one we listen on; "" if not set. */
		publicUrl: string;
		/** Seconds between sweeps of a new subnet. */
		sweepIntervalS: number;
		/** Echoes a second over all sweeps together. */
		scanRatePps: number;
		/** Attached IPv4 networks are asked by ARP first, where that is permitted. */
		arpEnabled: boolean;
		logLevel: "debug" | "info" | "warning" | "error";
		logFormat: "text" | "json";
		/** Webhooks may call loopback and link-local addresses. */
		webhookAllowLoopback: boolean;
		/** The network is invented, nothing is sent: see `rollcall demo`. No setting; only that verb says so. */
		demo: boolean;
		/** The file the settings were read from, or undefined. */
		source: string | undefined;
	}>;

/** Bounds that are ours to choose: fixed, named, with a unit. */
export const BOUNDS = {
	...API_BOUNDS,
	...MOVING_BOUNDS,
	...WEBHOOK_BOUNDS,
	...NAME_BOUNDS,
	...SCAN_BOUNDS,
	...DOCTOR_BOUNDS,
	...UPKEEP_BOUNDS,
	...TRUST_BOUNDS,
	/** Echoes to a silent address in one sweep, and in one confirmation. */
	sweepAttempts: 2,
	retryMs: 250,
	replyTimeoutMs: 500,
	/** A host gone silent is asked so many times more, so far apart, before it is called down. */
	confirmations: 3,
	confirmEveryMs: 5_000,
	/** Verdicts in one transaction, and the longest wait before a smaller batch is written. */
	batchSize: 1_000,
	batchMs: 250,
	/** Parallel ping processes of the fallback. */
	pingProcesses: 64,
	/** Our own network (interfaces, default gateways) is looked at so often, in milliseconds. */
	watchEveryMs: 60_000,
	/** What of it worked is missed for so long, over restarts too, in milliseconds; so many of a kind; noted so often. */
	waysKeptMs: 30 * 86_400_000,
	waysMax: 256,
	waysSavedMs: 3_600_000,
	/** Subnets swept at the same time, and taken from the queue at one tick: whatever their number, the pace is one for all. */
	sweepsAtOnce: 64,
	claimsPerTick: 32,
	/** Start-up: overdue sweeps are spread over so long. */
	startSpreadMs: 10_000,
	/** Share of its interval by which a sweep may come early or late. */
	jitter: 0.1,
	/** Unresolved neighbours at a time on an on-link subnet (the kernel's table holds 1,024). */
	neighboursInFlight: 512,
	/** ARP: requests to a silent address, and the wait after each. */
	arpAttempts: 2,
	arpWaitMs: 300,
	/** One hardware address that answers ARP for more silent addresses than this is a router's proxy, no host. */
	arpAliasesMax: 16,
	/** News kept for browsers that reconnect. */
	newsRing: 512,
	/** Open live streams in all, and of one session or token; messages of one waiting to be read before it is closed, in bytes. */
	streamsMax: 500,
	streamsEach: 10,
	streamQueueBytes: 65_536,
	heartbeatMs: 15_000,
	/** Requests that fail for want of the disk or the database are in the log at most so often, by the reason, in milliseconds. */
	failuresToldMs: 60_000,
	/** Body of a request, in bytes. */
	bodyBytes: 1_048_576,
	/** Seconds a connection may say nothing (the live stream excepted). */
	idleTimeoutS: 60,
	/** Rows of a list in one window, and at most. */
	windowRows: 100,
	windowRowsMax: 1_000,
	/** Free blocks that are shown of those found. */
	freeBlocksShown: 16,
	/** Answers of each kind that a search shows. */
	searchShown: 8,
	/** Ports and services on the page of a search: there is no other list of them. */
	searchServices: 200,
	/** Points in one answer about the past of a host. */
	historyPoints: 2_000,
	/** Pages of 4 kB in the log before they are moved into the file. */
	checkpointPages: 1_000,
	/** A blocked write waits so long, in milliseconds: in the thread that sweeps; in the one that answers people, all stand still meanwhile. */
	busyMs: 5_000,
	mainBusyMs: 150,
	/**
	 * A request that may write waits so long until the database is free, in milliseconds, with all others answered
	 * meanwhile; it is looked at so soon, later at most so late; so many may wait. Then 503, to come again in so many seconds.
	 */
	doorMs: 5_000,
	doorLookMs: 2,
	/** One look at the database serves all writes of so many milliseconds. */
	doorOpenMs: 3,
	doorLookMaxMs: 25,
	doorQueue: 500,
	/** What somebody was told is stored is on the disk so soon after, in milliseconds: a power cut takes no more. */
	flushMs: 1_000,
	/** What the program itself has to write (what became of a message, a wish of the timetable) is tried again so often, and so long. */
	againMs: 100,
	againMaxMs: 60_000,
	/**
	 * The thread that sweeps moves the write-ahead log into the file; the one that answers people must not wait for
	 * the disk, and does it only when the log has grown so far, in pages (128 MB).
	 */
	mainCheckpointPages: 32_000,
	/** What only the start needed is given back to the machine so long after it, in milliseconds. */
	settledMs: 3_000,
	/** The whole stop, in milliseconds. */
	closeMs: 4_000,
} as const;

const KEYS = {
	...NAME_KEYS,
	...SCAN_KEYS,
	...UPKEEP_KEYS,
	...TRUST_KEYS,
	databasePath: {
		key: "DATABASE_URL",
		example: "sqlite:///./ipam.db",
		fallback: "sqlite:///./ipam.db",
		read: databasePath,
		needs: "a path, sqlite:///PATH or :memory:",
	},
	host: {
		key: "HOST",
		example: "127.0.0.1",
		fallback: "127.0.0.1",
		read: (text: string) => (/^[0-9A-Za-z.:_-]{1,253}$/.test(text) ? text : undefined),
		needs: "the address to listen on",
	},
	port: {
		key: "PORT",
		example: "8080",
		fallback: "8080",
		read: number(0, 65_535),
		needs: "a number from 0 to 65535",
	},
	publicUrl: {
		key: "PUBLIC_URL",
		example: "https://rollcall.example.org",
		fallback: "",
		read: publicUrl,
		needs: "an http or https address without a path",
	},
	sweepIntervalS: {
		key: "SCAN_ICMP_INTERVAL_SECONDS",
		example: "60",
		fallback: "60",
		read: number(10, 86_400),
		needs: "a number of seconds from 10 to 86400",
	},
	scanRatePps: {
		key: "SCAN_RATE_PPS",
		example: "2000",
		fallback: "2000",
		read: number(10, 200_000),
		needs: "a number of packets a second from 10 to 200000",
	},
	arpEnabled: {
		key: "ARP_ENABLED",
		example: "true",
		fallback: "true",
		read: yesOrNo,
		needs: "true or false",
	},
	logLevel: {
		key: "LOG_LEVEL",
		example: "info",
		fallback: "info",
		read: oneOf("debug", "info", "warning", "error"),
		needs: "debug, info, warning or error",
	},
	logFormat: {
		key: "LOG_FORMAT",
		example: "text",
		fallback: "text",
		read: oneOf("text", "json"),
		needs: "text or json",
	},
	webhookAllowLoopback: {
		key: "WEBHOOK_ALLOW_LOOPBACK",
		example: "true",
		fallback: "false",
		read: yesOrNo,
		needs: "true or false",
	},
} satisfies Record<string, Key>;

/** The folder of the executable; from a source tree, its top. */
const HOME = import.meta.dir.startsWith("/$bunfs")
	? resolve(process.execPath, "..")
	: resolve(import.meta.dir, "..");

/**
 * Settings of this process: `flags` win over the environment, which wins over the file (`file`, or ".env" beside
 * the program). `only`: no other keys are taken from the environment. Throws AppError("invalid") naming the key, the value and an example.
 */
export function loadConfig(
	options: {
		file?: string | undefined;
		flags?: Record<string, string | undefined>;
		env?: Record<string, string | undefined>;
		only?: readonly string[];
		demo?: boolean;
	} = {},
): Config {
	const env = options.env ?? process.env;
	const beside = resolve(HOME, ".env");
	const source = options.file ?? (existsSync(beside) && options.demo !== true ? beside : undefined);
	const fromFile = source === undefined ? {} : readSettings(source);
	const config: Record<string, unknown> = { source, demo: options.demo ?? false };
	for (const [name, key] of Object.entries(KEYS) as [string, Key][]) {
		const given = options.only?.includes(key.key) === false ? undefined : env[key.key];
		const text = (options.flags?.[key.key] ?? given ?? fromFile[key.key] ?? key.fallback).trim();
		const value = key.read(text);
		if (value === undefined) {
			throw new AppError(
				"invalid",
				`${key.key}${key.secret ? "" : `=${text}`} is not ${key.needs}. Example: ${key.key}=${key.example}`,
				{
					field: key.key,
				},
			);
		}
		config[name] = value;
	}
	if ((config.tlsCert === "") !== (config.tlsKey === "")) {
		throw new AppError(
			"invalid",
			"TLS_CERT and TLS_KEY belong together: set both, or neither for plain http.",
		);
	}
	return Object.freeze(config) as Config;
}

/** Webhooks go where they are meant to, not through a proxy the environment names: only then is the address judged. */
export function ignoreProxies(): void {
	process.env.NO_PROXY = "*";
	process.env.no_proxy = "*";
}

function readSettings(file: string): Record<string, string | undefined> {
	try {
		return parseEnv(readFileSync(file, "utf8"));
	} catch (cause) {
		throw new AppError("invalid", `The settings file ${file} cannot be read.`, { cause });
	}
}

/** An origin that links can be made of: no name and password, no path, nothing behind it. */
function publicUrl(text: string): string | undefined {
	if (text === "") return text;
	const isOrigin = /^https?:\/\/[^/\s@?#]+\/?$/.test(text) && URL.canParse(text);
	return isOrigin ? text : undefined;
}

/** Path out of `sqlite:///relative`, `sqlite:////absolute`, a plain path or :memory:; no other form of a URL. */
function databasePath(text: string): string | undefined {
	const path = text.replace(/^sqlite:(\/\/\/)?/, "");
	if (path === ":memory:") return path;
	if (path === "" || path.includes("\0") || /^([a-z]+:|\/\/)/i.test(path)) return undefined;
	return resolve(path);
}
