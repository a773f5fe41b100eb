/** The network of the design's pictures (Office LAN and its neighbours), and the hostile one. */

import type { Event } from "../../src/model/event.ts";
import type { Host } from "../../src/model/host.ts";
import type { SubnetSummary } from "../../src/model/subnet.ts";
import { crowd, DAY, event, HOUR, host, MINUTE, NOW, ports, random, subnet } from "./world.ts";

const named: Host[] = [
	host("10.0.0.1", {
		hostname: "gw-core",
		ports: ports("53/domain", "80/http", "443/https"),
		tags: ["router"],
	}),
	host("10.0.0.2", {
		hostname: "sw-rack1",
		ports: ports("22/ssh", "80/http", "161/snmp"),
		tags: ["switch"],
		latencyUs: 700,
	}),
	host("10.0.0.10", {
		hostname: "dns1.lan",
		ports: ports("22/ssh", "53/domain"),
		tags: ["infra", "dns"],
		latencyUs: 300,
	}),
	host("10.0.0.11", {
		hostname: "dns2.lan",
		ports: ports("22/ssh", "53/domain"),
		tags: ["infra", "dns"],
		latencyUs: 300,
	}),
	host("10.0.0.14", {
		hostname: "nas.lan",
		hostnameSource: "ptr",
		description: "Synology DS923+, backups and media",
		notes: "Warranty until 2028-05. UPS on port 3.",
		vendor: "Synology",
		mac: "00:11:32:8a:4c:01",
		ports: ports(
			"22/ssh/OpenSSH 9.2p1",
			"139/netbios/Samba smbd 4",
			"445/smb/Samba smbd 4",
			"5001/https/nginx (DSM)",
		).map((port) => (port.port === 5001 ? { ...port, firstSeenAt: NOW - HOUR } : port)),
		tags: ["storage"],
		latencyUs: 500,
	}),
	host("10.0.0.21", { hostname: "pve1.lan", ports: ports("22/ssh", "8006/https"), tags: ["hypervisor"] }),
	host("10.0.0.22", {
		hostname: "pve2.lan",
		ports: ports("22/ssh", "8006/https"),
		tags: ["hypervisor"],
		latencyUs: 38_200,
		typicalLatencyUs: 600,
	}),
	host("10.0.0.40", {
		hostname: "printer-2f",
		ports: ports("80/http", "631/ipp", "9100/jetdirect"),
		tags: ["printer"],
		latencyUs: 6_100,
		typicalLatencyUs: 5_800,
	}),
	host("10.0.0.52", {
		hostname: "cam-door",
		status: "down",
		ports: ports("554/rtsp"),
		tags: ["camera"],
		lastSeenAt: NOW - 12 * MINUTE,
		statusSince: NOW - 12 * MINUTE,
	}),
	host("10.0.0.60", {
		hostname: "laptop-mk",
		status: "down",
		tags: ["dhcp"],
		lastSeenAt: NOW - 3 * HOUR,
		statusSince: NOW - 3 * HOUR,
	}),
	host("10.0.0.61", { hostname: "ap-lobby", flapping: true, tags: ["wifi"] }),
	host("10.0.0.62", { hostname: "ap-hall", suspectSince: NOW - 8_000, tags: ["wifi"] }),
	host("10.0.0.200", { status: "unknown", description: "new firewall", tags: ["planned"] }),
];

const roll = random(7);
const more: Host[] = Array.from({ length: 34 }, (_, i) => {
	const at = 66 + i * 5 + Math.floor(roll() * 4);
	const luck = roll();
	const status = i % 17 === 5 ? "down" : i % 7 === 3 ? "unknown" : "up";
	return host(`10.0.0.${at === 200 ? 199 : at}`, {
		hostname: status === "unknown" ? "" : `client-${at}.lan`,
		description: status === "unknown" ? "phone, second floor" : "",
		status,
		latencyUs: status === "up" ? Math.round(300 + luck * 2_000) : undefined,
		typicalLatencyUs: status === "up" ? 900 : undefined,
		ports: luck > 0.6 ? ports("22/ssh", "5900/vnc") : [],
		tags: luck > 0.5 ? ["dhcp"] : [],
	});
});

const officeHosts: readonly Host[] = [...named, ...more].sort((a, b) => (a.address < b.address ? -1 : 1));
export const office = subnet(1, "10.0.0.0/24", "Office LAN", officeHosts, {
	notes: "Ground floor and lab",
	gateway: "10.0.0.1",
});

const serverHosts = crowd("10.0.8.0", 512, 0.31, 11, 2, "srv");
const guestHosts = crowd("172.20.0.0", 1_024, 0.29, 23, 3, "guest");
const dmzHosts = crowd("192.0.2.0", 32, 0.55, 5, 4, "dmz");
const uplinkHosts = Array.from({ length: 27 }, (_, i) =>
	host(`2001:db8:4:10:${(i + 1).toString(16)}34:5678:9abc:${(i + 4097).toString(16)}`, {
		subnetId: 5,
		hostname: `edge${i}.example.net`,
		status: i === 3 ? "down" : i % 9 === 4 ? "unknown" : "up",
	}),
);
export const campusHosts = crowd("10.32.0.0", 65_536, 0.031, 31, 6, "campus");

export const servers = subnet(2, "10.0.8.0/23", "Servers", serverHosts, { lastSweepAt: NOW - 18_000 });
export const guests = subnet(3, "172.20.0.0/22", "Wi-Fi guests", guestHosts, { lastSweepAt: NOW - 9_000 });
export const dmz = subnet(4, "192.0.2.0/27", "DMZ", dmzHosts, { lastSweepAt: NOW - 22_000 });
export const uplink = subnet(5, "2001:db8:4:10::/64", "Uplink v6", uplinkHosts, {
	lastSweepAt: NOW - 13_000,
});
export const campus = subnet(6, "10.32.0.0/16", "Campus", campusHosts, {
	lastSweepProblem: "no route to 10.32.0.0/16 (ENETUNREACH).",
});

/** Addresses of all their 39 characters. */
export const fullHosts = Array.from({ length: 12 }, (_, i) =>
	host(`2001:db80:4a10:be0f:${(i + 4097).toString(16)}:5678:9abc:${(i + 4097).toString(16)}`, {
		subnetId: 10,
		hostname: `edge${i}.backbone.example.net`,
		status: i === 3 ? "down" : i === 4 ? "unknown" : "up",
		suspectSince: i === 5 ? NOW - 8_000 : undefined,
		ports: ports("22/ssh", "443/https", "8006/https", "9100/jetdirect").slice(0, 1 + (i % 4)),
		tags: ["router", "backbone"].slice(0, i % 3),
		latencyUs: i === 3 || i === 4 ? undefined : 12_400,
	}),
);
export const full = subnet(10, "2001:db80:4a10:be0f::/64", "Backbone v6", fullHosts);

/** Nobody has answered in it yet. */
export const bare = subnet(9, "10.128.0.0/16", "New site", [], { lastSweepAt: undefined });

export const places: readonly { subnet: SubnetSummary; hosts: readonly Host[] }[] = [
	{ subnet: office, hosts: officeHosts },
	{ subnet: servers, hosts: serverHosts },
	{ subnet: guests, hosts: guestHosts },
	{ subnet: dmz, hosts: dmzHosts },
	{ subnet: uplink, hosts: uplinkHosts },
];

export const changes: readonly Event[] = [
	event("host_down", "cam-door", 12 * MINUTE),
	event("host_up", "pve2.lan", 26 * MINUTE, { detail: { downMs: 2 * MINUTE } }),
	event("host_new", "10.0.0.87", HOUR, { detail: { vendor: "Espressif" } }),
	event("host_edited", "nas.lan", HOUR, {
		detail: { field: "description", new: "Synology DS923+, backups and media" },
	}),
	event("host_down", "laptop-mk", 3 * HOUR),
	event("host_up", "printer-2f", 5 * HOUR, { detail: { downMs: 9 * HOUR } }),
	event("subnet_down", "DMZ", 7 * HOUR, { subnetId: 4, detail: { hosts: 17 } }),
	event("host_new", "10.0.9.31", 11 * HOUR, { detail: { vendor: "Proxmox" } }),
	event("host_flapping", "ap-lobby", 14 * HOUR, { detail: { flips: 6 } }),
	event("sweep_failed", "Campus", 15 * HOUR, { subnetId: 6, detail: { reason: "no route" } }),
	event("own_network_down", "", 30 * HOUR, {
		subnetId: undefined,
		detail: { reason: "eth0 has no carrier" },
	}),
	event("own_network_back", "", 29 * HOUR, { subnetId: undefined }),
	event("host_deleted", "old-box", 2 * DAY),
	event("subnet_added", "Wi-Fi guests", 3 * DAY, { subnetId: 3 }),
];

/** Names and news that are longer than the column of "What changed". */
export const longChanges: readonly Event[] = [
	event("host_down", "wlan-ap-second-floor-east-wing.office.example.com", 12 * MINUTE),
	event("host_up", "printer-marketing-2f.office.example.com", 26 * MINUTE, {
		detail: { downMs: 83 * MINUTE },
	}),
	event("host_new", "192.168.100.187", HOUR, {
		ip: "192.168.100.187",
		detail: { vendor: "Espressif Systems (Shanghai) Co., Ltd." },
	}),
	event("mac_conflict", "nas.lan", HOUR, {
		hostId: 5,
		detail: { other: "10.0.0.201", mac: "00:11:32:8a:4c:01", vendor: "Synology" },
	}),
	event("port_opened", "build-agent-17.ci.example.com", 3 * HOUR, {
		hostId: 5,
		detail: { port: 49_152, proto: "tcp", service: "microsoft-ds-alt" },
	}),
	event("host_new", "2001:db80:4a10:be0f:1001:5678:9abc:1001", 5 * HOUR),
	event("subnet_down", "Headquarters second building, floors 3 to 7", 7 * HOUR, {
		subnetId: 4,
		detail: { hosts: 117 },
	}),
	event("host_flapping", "ap-lobby", 14 * HOUR, { detail: { flips: 6 } }),
	event("sweep_failed", "Campus", 15 * HOUR, { subnetId: 6, detail: { reason: "no route" } }),
];

/** Texts that strangers may choose (faults.md B-001 to B-023), as pages must survive them. */
export const HOSTILE: readonly string[] = [
	"<script>window.__xss=1</script>",
	'"><img src=x onerror=window.__xss=1>',
	'ABC" onmouseover=window.__xss=1 name="A',
	"'-alert(1)-'",
	"javascript:window.__xss=1",
	"</title></textarea></script><script>window.__xss=1</script>",
	["{{7*7}} $", "{7*7} <%=7*7%> #{7*7}"].join(""),
	'<div hx-get="/boom" hx-trigger="load" hx-target="body">',
	'<b data-hx-on:click="window.__xss=1">',
	"]]><!--",
	"a\0b\x1b[2J\r\nc",
	"\u202Egpj.exe\u2066\u200B\uFEFFx",
	"Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030A\u030B\u030C\u030D\u030E\u030Fa",
	"раураl.example",
	"xn--80ak6aa92e.com",
	"[object Object]",
	"__proto__",
	"constructor",
	`${"very-long-label-that-never-ends.".repeat(7)}${"x".repeat(29)}`,
];

export const hostileHosts: readonly Host[] = HOSTILE.map((text, i) =>
	host(`10.66.0.${i + 1}`, {
		subnetId: 7,
		hostname: text.slice(0, 253),
		description: text,
		notes: `${text}\n${text}`,
		vendor: text,
		mac: text.slice(0, 17),
		status: i % 5 === 3 ? "down" : "up",
		tags: i === 0 ? Array.from({ length: 40 }, (_, n) => `${n} ${text}`) : [text.slice(0, 40), "b", "c", "d"],
		ports: Array.from({ length: i === 1 ? 200 : 4 }, (_, n) => ({
			port: 1_000 + n,
			proto: "tcp",
			service: text,
			product: text,
			version: text,
			firstSeenAt: NOW - DAY,
		})),
	}),
);
export const hostile = subnet(7, "10.66.0.0/24", HOSTILE[0] ?? "", hostileHosts, {
	notes: HOSTILE.join("\n"),
	lastSweepProblem: HOSTILE[1],
});
