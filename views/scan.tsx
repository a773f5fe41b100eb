/** Open ports of a host, who looked and when, and the switch of a subnet. Knows no request. */

import type { Host } from "../src/model/host.ts";
import type { Port } from "../src/model/port.ts";
import type { HostScan } from "../src/model/scan.ts";
import type { Subnet } from "../src/model/subnet.ts";
import { ActionButton, Age, Wire } from "./elements.tsx";
import { count, duration, plural, visibleLines } from "./format.ts";
import { Form } from "./reader.tsx";

const NEW_FOR_MS = 24 * 3_600_000;
const SCANNERS: Readonly<Record<string, string>> = { nmap: "nmap", connect: "TCP connect" };

/** Begins a scan, or ends the one that is open: a scheduled one has other hosts too, and the button says so. */
export function ScanButton({ host, scan }: { host: Host; scan: HostScan }) {
	const others = scan.openHosts - 1;
	const action = `/hosts/${host.id}/scan${scan.open === undefined ? "" : "/cancel"}`;
	const of = others > 0 ? ` of this and ${plural(others, "other host")}` : "";
	return (
		<Form class="inline" action={action} hx-post={action} hx-swap="none">
			{scan.open === undefined ? (
				<button type="submit" class="button plain">
					Scan ports
				</button>
			) : (
				<button type="submit" class="button plain" disabled={scan.ending}>
					{scan.ending ? "Ending the scan…" : `Cancel the scan${of}`}
				</button>
			)}
		</Form>
	);
}

/** Nothing where no scan was made and none has failed. `unheard`: those of them that did not answer the last scan. */
export function OpenPorts(props: {
	ports: readonly Port[];
	unheard: readonly Pick<Port, "port" | "proto">[];
	scan: HostScan | undefined;
	now: number;
}) {
	const { ports, scan, now } = props;
	const unheard = new Set(props.unheard.map(keyOf));
	const told = scan !== undefined && (scan.lastAt ?? scan.problem ?? scan.open) !== undefined;
	if (ports.length === 0 && !told) return null;
	return (
		<section aria-labelledby="ports-title">
			<div class="section-head">
				<h2 id="ports-title">Open ports</h2>
				{scan !== undefined && <Scanned scan={scan} now={now} />}
			</div>
			{scan?.open === "running" && scan.asked !== undefined && (
				<Scanning hosts={scan.openHosts} run={scan.asked} />
			)}
			{scan?.problem !== undefined && (
				<p class="quiet">
					The last scan said nothing: <bdi>{visibleLines(scan.problem)}</bdi>
				</p>
			)}
			{ports.length === 0 && scan?.lastAt !== undefined && (
				<p class="quiet">None of the ports asked is open.</p>
			)}
			{unheard.size > 0 && <p class="quiet">{saysOfUnheard([...unheard])}</p>}
			<ul class="open-ports">
				{ports.map((port) => (
					<li key={keyOf(port)}>
						<span class="mono">
							{port.port}/{port.proto}
						</span>
						<span>
							<Wire text={port.service} />
						</span>
						<span class="quiet">
							<Wire text={[port.product, port.version].filter((part) => part !== "").join(" ")} />
							{now - port.firstSeenAt < NEW_FOR_MS && <span class="pill new">new</span>}
							{unheard.has(keyOf(port)) && <span class="pill unheard">no answer</span>}
						</span>
						<span class="since">
							<span class="sr">open for </span>
							<Age at={port.firstSeenAt} now={now} style="short" />
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}

/** A packet may have been lost: what happens next is said once, above the ports that it concerns. */
function saysOfUnheard(ports: readonly string[]): string {
	const [which, either] =
		ports.length === 1
			? [ports[0], "If it does not answer the next scan either, it is"]
			: [`${count(ports.length)} ports`, "Those that do not answer the next scan either are"];
	return `${which} did not answer when asked last. ${either} taken for closed.`;
}

function keyOf({ port, proto }: Pick<Port, "port" | "proto">): string {
	return `${port}/${proto}`;
}

/** How far a scan is that somebody asked for; static/live.js is told. */
function Scanning(props: { hosts: number; run: number }) {
	const says = `Scanning ${plural(props.hosts, "host")}`;
	return (
		<p class="scanning" data-scan={props.run} data-says={says}>
			<progress max={100} aria-label="Port scan" />
			<span class="says">{says}</span>
		</p>
	);
}

/** "nmap 24 m ago · next in 36 m". */
function Scanned(props: { scan: HostScan; now: number }) {
	const { scan, now } = props;
	return (
		<span class="quiet">
			{scan.lastAt !== undefined && (
				<>
					{SCANNERS[scan.lastBy ?? ""] ?? scan.lastBy} <Age at={scan.lastAt} now={now} />
				</>
			)}
			{scan.lastAt !== undefined && (scan.open ?? scan.nextAt) !== undefined && " · "}
			{scan.open === "running" && "scanning now"}
			{scan.open === "queued" && "waiting for its turn"}
			{scan.open === undefined && scan.nextAt !== undefined && <>next {when(scan.nextAt, now)}</>}
		</span>
	);
}

function when(at: number, now: number): string {
	return at - now < 60_000 ? "within a minute" : `in ${duration(at - now)}`;
}

/** The switch of a whole subnet, on its own form. */
export function SubnetScans(props: { subnet: Subnet }) {
	const { subnet } = props;
	const isOn = subnet.scanEnabled;
	return (
		<section class="panel padded" aria-label="Port scans">
			<p>
				{isOn
					? "Open ports: scanned by themselves, again and again."
					: "Open ports: scanned only when somebody asks."}{" "}
				<ActionButton
					action={`/subnets/${subnet.id}/scans`}
					label={isOn ? "Scan only when asked" : "Scan by itself"}
					values={{ enabled: isOn ? "no" : "yes" }}
				/>
			</p>
		</section>
	);
}
