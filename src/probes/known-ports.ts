/** What usually listens on a TCP port: a table of names as IANA registers them. Knows no host. */

import { formatPorts, joinPorts, type PortRange } from "../net/ports.ts";

/**
 * Ports worth looking at without nmap, with their names in the IANA registry of service names and port numbers; ""
 * where many programs listen though the registry knows none (81, 8096, 8123, 8291). The name says what the number
 * stands for, not what listens: at 8006 it is rarely analytics.
 */
const SERVICES: Readonly<Record<number, string>> = {
	7: "echo",
	13: "daytime",
	21: "ftp",
	22: "ssh",
	23: "telnet",
	25: "smtp",
	53: "domain",
	80: "http",
	81: "",
	88: "kerberos",
	110: "pop3",
	111: "sunrpc",
	113: "ident",
	135: "epmap",
	139: "netbios-ssn",
	143: "imap",
	179: "bgp",
	199: "smux",
	389: "ldap",
	427: "svrloc",
	443: "https",
	445: "microsoft-ds",
	464: "kpasswd",
	465: "submissions",
	512: "exec",
	513: "login",
	514: "shell",
	515: "printer",
	548: "afpovertcp",
	554: "rtsp",
	587: "submission",
	593: "http-rpc-epmap",
	631: "ipp",
	636: "ldaps",
	853: "domain-s",
	873: "rsync",
	902: "ideafarm-door",
	989: "ftps-data",
	990: "ftps",
	993: "imaps",
	995: "pop3s",
	1080: "socks",
	1194: "openvpn",
	1433: "ms-sql-s",
	1521: "ncube-lm",
	1720: "h323hostcall",
	1723: "pptp",
	1883: "mqtt",
	2000: "cisco-sccp",
	2049: "nfs",
	2179: "vmrdp",
	2375: "docker",
	2376: "docker-s",
	2379: "etcd-client",
	3000: "hbci",
	3128: "squid-http",
	3260: "iscsi-target",
	3268: "msft-gc",
	3269: "msft-gc-ssl",
	3306: "mysql",
	3389: "ms-wbt-server",
	3493: "nut",
	4369: "epmd",
	5000: "commplex-main",
	5001: "commplex-link",
	5060: "sip",
	5061: "sips",
	5201: "targus-getdata1",
	5222: "xmpp-client",
	5269: "xmpp-server",
	5432: "postgresql",
	5601: "esmagent",
	5672: "amqp",
	5900: "rfb",
	5985: "wsman",
	5986: "wsmans",
	6379: "redis",
	6443: "sun-sr-https",
	6667: "ircu",
	8000: "irdmi",
	8006: "wpl-analytics",
	8008: "http-alt",
	8080: "http-alt",
	8081: "sunproxyadmin",
	8086: "d-s-n",
	8096: "",
	8123: "",
	8291: "",
	8443: "pcsync-https",
	8883: "secure-mqtt",
	8888: "ddi-tcp-1",
	9000: "cslistener",
	9090: "websm",
	9100: "pdl-datastream",
	9200: "wap-wsp",
	9443: "tungsten-https",
	10000: "ndmp",
	11211: "memcache",
	27017: "mongodb",
	32400: "plex",
};

/** "" for a port that has no name here. */
export function serviceOf(port: number): string {
	return SERVICES[port] ?? "";
}

/** Every port of the table. */
export function wellKnownPorts(): PortRange[] {
	return joinPorts(Object.keys(SERVICES).map((port) => ({ first: Number(port), last: Number(port) })));
}

/** How the ports are told to people: the number of them, or the list when it is the person's own. */
export function describePorts(ranges: readonly PortRange[], own: boolean, count: number): string {
	return own && count <= 20 ? `ports ${formatPorts(ranges)}` : `${count} ports`;
}
