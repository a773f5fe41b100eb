/** What can be done with a host at once: ping, scan, open what it serves, and the menu of the rest. */

import type { Host } from "../src/model/host.ts";
import type { HostScan } from "../src/model/scan.ts";
import { familyOf } from "../src/net/address.ts";
import { PingButton } from "./ping.tsx";
import { Form, May } from "./reader.tsx";
import { ScanButton } from "./scan.tsx";

/** What a browser can open, by the name of the service and by its usual port. */
const SCHEMES = [
	{ scheme: "https", names: ["https", "https-alt", "ssl/http"], port: 443 },
	{ scheme: "http", names: ["http", "http-alt", "http-proxy"], port: 80 },
	{ scheme: "ssh", names: ["ssh"], port: 22 },
] as const;

type Link = { readonly scheme: string; readonly href: string; readonly port: number; readonly open: boolean };

/** One link a scheme: to the lowest port that serves it, or to the usual one when no scan has found any. */
function linksOf(host: Host): Link[] {
	const name = familyOf(host.address) === 6 ? `[${host.ip}]` : host.ip;
	return SCHEMES.map(({ scheme, names, port: usual }) => {
		const served = host.ports.filter(
			({ proto, service, port }) =>
				proto === "tcp" &&
				((names as readonly string[]).includes(service) || (service === "" && port === usual)),
		);
		const port = served.find((one) => one.port === usual)?.port ?? served[0]?.port ?? usual;
		const href = `${scheme}://${name}${port === usual ? "" : `:${port}`}${scheme === "ssh" ? "" : "/"}`;
		return { scheme, href, port, open: served.length > 0 };
	});
}

export function HostActions(props: { host: Host; scan: HostScan | undefined; place: "d" | "p" }) {
	const { host, scan, place } = props;
	const links = linksOf(host);
	return (
		<div class="buttons">
			<PingButton host={host} place={place} />
			{scan !== undefined && <ScanButton host={host} scan={scan} />}
			{links
				.filter(({ open }) => open)
				.map((link) => (
					<OpenLink key={link.scheme} link={link} class="button plain" />
				))}
			<Menu {...props} links={links.filter(({ open }) => !open)} />
		</div>
	);
}

function OpenLink({ link, ...rest }: { link: Link; class?: string }) {
	return (
		<a {...rest} href={link.href} target="_blank" rel="noreferrer noopener" data-open={link.scheme}>
			Open {link.scheme} <span aria-hidden="true">↗</span>
			<span class="sr"> on port {link.port}, in a new tab</span>
		</a>
	);
}

function Menu(props: { host: Host; place: "d" | "p"; links: readonly Link[] }) {
	const { host, place, links } = props;
	return (
		<details class="menu">
			<summary class="button plain" aria-label={`More for ${host.ip}`}>
				···
			</summary>
			<ul>
				{place === "d" && (
					<li>
						<a href={`/hosts/${host.id}`}>Open full page</a>
					</li>
				)}
				{links.map((link) => (
					<li key={link.scheme}>
						<OpenLink link={link} />
					</li>
				))}
				<May>
					<li>
						<Form action={`/hosts/${host.id}/delete`}>
							<button type="submit" class="danger">
								Delete {host.ip}
							</button>
							<p class="quiet">
								With hostname, description, tags, notes and its past. It can be undone; if the host answers
								again it comes back as a new one.
							</p>
						</Form>
					</li>
				</May>
			</ul>
		</details>
	);
}
