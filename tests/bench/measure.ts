/** Timing of child processes and the table of figures that a bench prints. Knows nothing of what is measured. */

/** One child process: wall and processor time (user + system, children waited for included), what it printed. */
export type Measured = {
	wallMs: number;
	cpuMs: number;
	maxRssMb: number;
	out: string;
	code: number;
	err: string;
};

/** Runs a command to its end; killed after `timeoutMs`. */
export function measure(command: string[], timeoutMs = 300_000): Measured {
	const started = performance.now();
	const done = Bun.spawnSync(command, {
		stdin: "ignore",
		stdout: "pipe",
		stderr: "pipe",
		timeout: timeoutMs,
		killSignal: "SIGKILL",
	});
	const wallMs = performance.now() - started;
	const { cpuTime, maxRSS } = done.resourceUsage;
	const out = done.stdout.toString();
	const cpuMs = Number(cpuTime.total) / 1000;
	return { wallMs, cpuMs, maxRssMb: maxRSS / 2 ** 20, out, code: done.exitCode, err: done.stderr.toString() };
}

export function median(values: readonly number[]): number {
	return quantile(values, 0.5);
}

/** The value below which the share `q` of `values` lies (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** One line of the result: `value` must not exceed `limit`; without a limit it is for information. */
export type Figure = { name: string; value: number; unit: string; limit?: number; note?: string };

export function passes({ value, limit }: Figure): boolean {
	return limit === undefined || value <= limit;
}

export function printFigures(figures: readonly Figure[], json: boolean): void {
	if (json) {
		for (const figure of figures) console.log(JSON.stringify({ ...figure, pass: passes(figure) }));
		return;
	}
	const width = Math.max(...figures.map((figure) => figure.name.length));
	for (const figure of figures) {
		const mark = figure.limit === undefined ? "    " : passes(figure) ? "PASS" : "FAIL";
		const limit = figure.limit === undefined ? "" : `≤ ${round(figure.limit)}`;
		const value = `${round(figure.value)} ${figure.unit}`;
		console.log(
			`${mark}  ${figure.name.padEnd(width)}  ${value.padStart(14)}  ${limit.padEnd(10)} ${figure.note ?? ""}`,
		);
	}
}

function round(value: number): string {
	return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 3 : 1);
}
