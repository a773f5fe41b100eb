/**
 * Rollcall's own figures as Prometheus reads them. Names follow its conventions: base units, _total for what only
 * grows. Counts of sweeps begin when it is opened; everything else is read from the database at each scrape.
 */

import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, type Metric, Registry } from "prom-client";
import pkg from "../../package.json" with { type: "json" };
import type { Ground } from "../context.ts";
import * as metrics from "../store/metrics.ts";
import { findRun } from "../store/runs.ts";

const STATUSES = ["up", "down", "unknown"] as const;
const DELIVERY_STATES = ["waiting", "delivered", "dead", "dropped"];

export function openMeter(context: Ground): { readonly type: string; read(): Promise<string> } {
	const registry = new Registry();
	addHosts(registry, context);
	addSweeps(registry, context);
	addQueues(registry, context);
	addProcess(registry, context);
	return { type: registry.contentType, read: () => registry.metrics() };
}

/** What is recorded, by subnet. */
function addHosts(registry: Registry, { db }: Ground): void {
	const registers = [registry];
	new Gauge({
		registers,
		name: "rollcall_hosts",
		help: "Hosts that are recorded, by subnet and status.",
		labelNames: ["subnet", "status"],
		collect() {
			this.reset();
			for (const figures of metrics.listSubnetFigures(db)) {
				for (const status of STATUSES) this.set({ subnet: figures.cidr, status }, figures[status]);
			}
		},
	});
	growing(registry, "rollcall_events_total", "Events that were written down.", () =>
		metrics.countEver(db, "event"),
	);
}

/** When subnets were swept, how long it took, who answered how fast. */
function addSweeps(registry: Registry, { db, clock, bus }: Ground): void {
	const registers = [registry];
	const bySubnet = (name: string, help: string, of: (figures: metrics.SubnetFigures) => number | undefined) =>
		new Gauge({
			registers,
			name,
			help,
			labelNames: ["subnet"],
			collect() {
				this.reset();
				for (const figures of metrics.listSubnetFigures(db)) {
					const value = of(figures);
					if (value !== undefined) this.set({ subnet: figures.cidr }, value);
				}
			},
		});
	const seconds = (ms: number | null) => (ms === null ? undefined : ms / 1_000);
	bySubnet("rollcall_sweep_duration_seconds", "How long the last sweep took.", ({ sweepMs }) =>
		seconds(sweepMs),
	);
	bySubnet("rollcall_sweep_last_end_timestamp_seconds", "When the last sweep that went well ended.", (one) =>
		seconds(one.lastSweepAt),
	);
	bySubnet("rollcall_sweep_lag_seconds", "By how much the next sweep is late.", ({ nextSweepAt }) =>
		nextSweepAt === null ? undefined : Math.max(0, clock.now() - nextSweepAt) / 1_000,
	);
	growing(registry, "rollcall_sweeps_total", "Sweeps that were begun or asked for.", () =>
		metrics.countEver(db, "sweep_run"),
	);
	const sent = new Counter({
		registers,
		name: "rollcall_probes_total",
		help: "Addresses that sweeps asked.",
	});
	const lost = new Counter({
		registers,
		name: "rollcall_probes_unanswered_total",
		help: "Of them, those that did not answer.",
	});
	const latencies = createLatencies();
	registry.registerMetric(latencies.metric);
	bus.subscribe(({ news }) => {
		if (news.kind !== "progress" || news.progress.state !== "done") return;
		const run = findRun(db, news.progress.runId);
		if (run === undefined) return;
		sent.inc(run.done);
		lost.inc(Math.max(0, run.done - run.replies));
		latencies.add(metrics.sumLatencies(db, run.subnetId, run.startedAt ?? run.requestedAt));
	});
}

/** A histogram that is added to in sums: a value at a time would be 65,000 calls for a large subnet. */
function createLatencies() {
	const name = "rollcall_reply_latency_seconds";
	const atMost = metrics.LATENCY_EDGES_US.map(() => 0);
	let sumUs = 0;
	let count = 0;
	const metric = {
		name,
		async get() {
			const buckets = metrics.LATENCY_EDGES_US.map((edge, i) => ({
				labels: { le: edge / 1_000_000 },
				value: atMost[i] ?? 0,
				metricName: `${name}_bucket`,
			}));
			return {
				name,
				help: "Round trips of the hosts that answered a sweep.",
				type: "histogram",
				values: [
					...buckets,
					{ labels: { le: "+Inf" }, value: count, metricName: `${name}_bucket` },
					{ labels: {}, value: sumUs / 1_000_000, metricName: `${name}_sum` },
					{ labels: {}, value: count, metricName: `${name}_count` },
				],
				aggregator: "sum",
			};
		},
	};
	return {
		metric: metric as unknown as Metric,
		add(more: ReturnType<typeof metrics.sumLatencies>) {
			more.atMost.forEach((n, i) => {
				atMost[i] = (atMost[i] ?? 0) + n;
			});
			sumUs += more.sumUs;
			count += more.count;
		},
	};
}

/** Port scans and messages to webhooks: done ever, and waiting now. */
function addQueues(registry: Registry, { db }: Ground): void {
	const registers = [registry];
	growing(registry, "rollcall_scans_total", "Port scans that were begun or asked for.", () =>
		metrics.countEver(db, "scan_run"),
	);
	new Gauge({
		registers,
		name: "rollcall_scans_open",
		help: "Port scans that wait or run.",
		labelNames: ["state"],
		collect() {
			for (const state of ["queued", "running"]) this.set({ state }, 0);
			for (const { state, n } of metrics.countOpenScans(db)) this.set({ state }, n);
		},
	});
	growing(registry, "rollcall_webhook_deliveries_total", "Messages to webhooks that were queued.", () =>
		metrics.countEver(db, "webhook_delivery"),
	);
	new Gauge({
		registers,
		name: "rollcall_webhook_deliveries",
		help: "Messages to webhooks that are kept, by what became of them.",
		labelNames: ["state"],
		collect() {
			for (const state of DELIVERY_STATES) this.set({ state }, 0);
			for (const { state, n } of metrics.countDeliveries(db)) this.set({ state }, n);
		},
	});
}

/** The program itself. */
function addProcess(registry: Registry, { db, clock }: Ground): void {
	const registers = [registry];
	const gauge = (name: string, help: string, read: () => number) =>
		new Gauge({
			registers,
			name,
			help,
			collect() {
				this.set(read());
			},
		});
	const started = clock.now() / 1_000 - process.uptime();
	gauge("process_start_time_seconds", "When the program was started.", () => started);
	gauge("process_resident_memory_bytes", "Memory that the program holds.", () => process.memoryUsage.rss());
	growing(registry, "process_cpu_seconds_total", "Processor time that the program has used.", () => {
		const { user, system } = process.cpuUsage();
		return (user + system) / 1_000_000;
	});
	gauge("rollcall_database_size_bytes", "Size of the database file.", () => metrics.readFileSize(db).file);
	gauge("rollcall_database_free_bytes", "Of it, what is free inside.", () => metrics.readFileSize(db).free);
	const delay = monitorEventLoopDelay({ resolution: 20 });
	delay.enable();
	const late = (percentile: number) => {
		const seconds = delay.percentile(percentile) / 1e9;
		return Number.isFinite(seconds) ? seconds : 0;
	};
	const by = "By how much the main thread was late since the scrape before";
	gauge("rollcall_event_loop_delay_p50_seconds", `${by}: half of the time less.`, () => late(50));
	gauge("rollcall_event_loop_delay_p99_seconds", `${by}: 99 % of the time less.`, () => late(99));
	gauge("rollcall_event_loop_delay_max_seconds", `${by}: at most.`, () => {
		const most = late(100);
		delay.reset();
		return most;
	});
	const info = new Gauge({
		registers,
		name: "rollcall_build_info",
		help: "Always 1; the label says which version runs.",
		labelNames: ["version"],
	});
	info.set({ version: pkg.version }, 1);
}

/** A counter whose value is read: it only ever grows. */
function growing(registry: Registry, name: string, help: string, read: () => number): void {
	new Counter({
		registers: [registry],
		name,
		help,
		collect() {
			this.reset();
			this.inc(read());
		},
	});
}
