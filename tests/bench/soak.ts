/**
 * A soak: the daily round for as long as wanted, with browsers that look, hosts that go and come back, a backup and a
 * prune in its middle. Memory, open files, threads and the log have to stay as they are. Prints a line a minute.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { nft } from "../helpers/netns.ts";
import { PORT, type Rollcall } from "../helpers/rollcall.ts";
import { residentMb } from "./http-ground.ts";
import { type Figure, median } from "./measure.ts";
import type { ReadersPlan } from "./readers.ts";
import { ask, type YearsGround } from "./years-ground.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const READERS = 20;
/** What people and scripts look at. */
const PAGES = ["/api/v1/subnets?limit=50", "/api/v1/hosts?limit=100&status=up", "/api/v1/events?limit=100"];
/** Two subnets, in every third minute. */
const AWAY = `table ip t {
	chain c {
		type filter hook input priority 0;
		ip daddr { 10.140.8.0/28, 10.140.9.0/29 } drop
	}
}`;

type Sample = { memory: number; files: number; threads: number; wal: number };

function sampleOf(pid: number, path: string): Sample {
	const status = readFileSync(`/proc/${pid}/status`, "utf8");
	const wal = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
	return {
		memory: residentMb(pid),
		files: readdirSync(join("/proc", String(pid), "fd")).length,
		threads: Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0),
		wal: wal / 1e6,
	};
}

/** The last third against the first. A backup and a prune are asked for in the second. */
export async function soakFigures(
	{ ground, rollcall }: { readonly ground: YearsGround; readonly rollcall: Rollcall },
	minutes: number,
	quiet: boolean,
): Promise<Figure[]> {
	const seen: Sample[] = [];
	const began = Date.now();
	const plan: ReadersPlan = {
		...{ host: "127.0.0.1", port: PORT, readers: READERS },
		...{ holdMs: 2 * minutes * MINUTE, hosts: [] },
	};
	const script = [process.execPath, "--no-env-file", join(import.meta.dir, "readers.ts")];
	const readers = Bun.spawn(ground.lab.nearCommand(script), {
		stdin: new Blob([JSON.stringify(plan)]),
		stdout: "ignore",
		stderr: "inherit",
	});
	try {
		for (let minute = 1; minute <= minutes; minute++) {
			if (minute === Math.ceil(minutes * 0.4)) wish(ground, "backup_asked_at");
			if (minute === Math.ceil(minutes * 0.5)) wish(ground, "prune_asked_at");
			nft(ground.lab, "far", minute % 3 === 2 ? AWAY : "");
			while (Date.now() < began + minute * MINUTE) {
				await Bun.sleep(5 * SECOND);
				for (const page of PAGES) rollcall.get(page);
			}
			const sample = sampleOf(rollcall.pid(), ground.path);
			seen.push(sample);
			if (!quiet) console.log(lineOf(minute, sample));
		}
	} finally {
		nft(ground.lab, "far", "");
		readers.kill();
		await readers.exited;
	}
	return judge(seen, minutes);
}

function lineOf(minute: number, { memory, files, threads, wal }: Sample): string {
	return `  minute ${minute}: ${memory.toFixed(1)} MB, ${files} files, ${threads} threads, log ${wal.toFixed(1)} MB`;
}

function judge(seen: readonly Sample[], minutes: number): Figure[] {
	const third = Math.max(1, Math.floor(seen.length / 3));
	const grown = (key: keyof Sample, name: string): Figure => {
		const of = (part: readonly Sample[]) => median(part.map((one) => one[key]));
		const [first, last] = [of(seen.slice(0, third)), of(seen.slice(-third))];
		const most = Math.max(...seen.map((one) => one[key]));
		const note = `${first.toFixed(1)} → ${last.toFixed(1)}, at most ${most.toFixed(1)}`;
		return { name, value: ((last - first) / first) * 100, unit: "%", limit: 10, note };
	};
	return [
		grown("memory", `soak of ${minutes} min: memory grows (MB)`),
		grown("files", "soak: open files grow"),
		grown("threads", "soak: threads grow"),
		{ name: "soak: the log at most", value: Math.max(...seen.map(({ wal }) => wal)), unit: "MB", limit: 70 },
	];
}

function wish({ path }: YearsGround, key: "backup_asked_at" | "prune_asked_at"): void {
	ask(path, "INSERT OR REPLACE INTO setting (key, value) VALUES (?, '1')", key);
}
