/** What a host serves: its open ports, and links to those that speak to a browser. Knows no other part of a host. */

import type { Host } from "../src/model/host.ts";
import type { Port } from "../src/model/port.ts";
import { familyOf } from "../src/net/address.ts";
import { Wire } from "./elements.tsx";

/** Links to what answers on the web; only ports that a scan has found. */
export function OpenLinks(props: { host: Host }) {
	const { host } = props;
	const name = familyOf(host.address) === 6 ? `[${host.ip}]` : host.ip;
	const web = host.ports
		.filter((port) => port.proto === "tcp" && (port.service === "http" || port.service === "https"))
		.slice(0, 3);
	if (web.length === 0) return null;
	return (
		<p class="buttons">
			{web.map((port) => (
				<a
					key={port.port}
					class="button plain"
					href={`${port.service}://${name}:${port.port}/`}
					target="_blank"
					rel="noreferrer noopener"
				>
					Open {port.service} <span class="mono">{port.port}</span> ↗
				</a>
			))}
		</p>
	);
}

const NEW_FOR_MS = 24 * 3_600_000;

export function OpenPorts(props: { ports: readonly Port[]; now: number }) {
	if (props.ports.length === 0) return null;
	return (
		<section aria-labelledby="ports-title">
			<h2 id="ports-title">Open ports</h2>
			<ul class="open-ports">
				{props.ports.map((port) => (
					<li key={`${port.port}${port.proto}`}>
						<span class="mono">
							{port.port}/{port.proto}
						</span>
						<span>
							<Wire text={port.service} />
						</span>
						<span class="quiet">
							<Wire text={[port.product, port.version].filter((part) => part !== "").join(" ")} />
							{props.now - port.firstSeenAt < NEW_FOR_MS && <span class="pill new">new</span>}
						</span>
					</li>
				))}
			</ul>
		</section>
	);
}
