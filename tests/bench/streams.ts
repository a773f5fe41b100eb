/** Readers of the live stream: what they cost while nothing happens, and how soon they all hear of a change. */

import { PORT } from "../helpers/rollcall.ts";
import { cpuMs, type Ground, residentMb, talk } from "./http-ground.ts";
import { type Figure, quantile } from "./measure.ts";
import type { ReadersPlan, ReadersStep } from "./readers.ts";

const READERS = 200;
const CHANGES = 20;

/** `holdMs` once without readers and once with them; `idle`: nothing is swept meanwhile, of which readers would hear. */
export async function streamFigures(
	{ lab, rollcall }: Ground,
	holdMs: number,
	idle = true,
): Promise<Figure[]> {
	const pid = rollcall.pid();
	const alone = cpuMs(pid);
	await Bun.sleep(holdMs);
	const aloneMs = cpuMs(pid) - alone;
	const memory = residentMb(pid);
	const marks: { cpu: number; memory: number; readers: number }[] = [];
	let told: Extract<ReadersStep, { step: "told" }> | undefined;
	const hosts = Array.from({ length: CHANGES }, (_, i) => i + 1);
	const plan: ReadersPlan = { host: "127.0.0.1", port: PORT, readers: READERS, holdMs, hosts };
	await talk(lab, ["readers.ts"], plan, (line) => {
		const step = JSON.parse(line) as ReadersStep;
		if (step.step === "told") told = step;
		else marks.push({ cpu: cpuMs(pid), memory: residentMb(pid), readers: step.readers });
	});
	const [open, held] = marks;
	if (open === undefined || held === undefined || told === undefined)
		throw new Error("the readers said too little");
	const share = (held.cpu - open.cpu - aloneMs) / holdMs;
	return [
		{ name: "readers that were lost", value: READERS - held.readers, unit: `of ${READERS}`, limit: 0 },
		{
			name: idle ? "200 readers while nothing happens" : "200 readers of sweeps and all",
			value: Math.max(0, share * 100),
			unit: "% of a core",
			...(idle ? { limit: 1 } : {}),
			note: `${held.cpu - open.cpu} ms in ${holdMs / 1000} s, without readers ${aloneMs} ms`,
		},
		{ name: "memory of 200 readers", value: held.memory - memory, unit: "MB" },
		{ name: "readers that missed a change", value: told.missed, unit: "", limit: 0 },
		{
			name: "change to reader, p95",
			value: quantile(told.latencyMs, 0.95),
			unit: "ms",
			limit: 250,
			note: `from the PATCH on; p50 ${quantile(told.latencyMs, 0.5).toFixed(0)} ms, ${told.latencyMs.length} heard`,
		},
	];
}
