/** What column titles mean: synonyms in the languages and programs that write them. Sees titles only, no rows. */

import type { Origin, Target } from "../model/import.ts";

/** Case, accents, blanks and punctuation make no difference. */
export function plain(title: string): string {
	return title
		.normalize("NFKD")
		.replace(/[\u0300-\u036f]/g, "")
		.toLowerCase()
		.replaceAll("ł", "l")
		.replaceAll("ß", "ss")
		.replace(/[^a-z0-9\u0400-\u04ff]+/g, "");
}

/** Titles (as `plain` leaves them) by what they are, English first, then as phpIPAM and others translate them. */
const TITLES: Readonly<Partial<Record<Target, string>>> = {
	ip: `ip ipaddress ipaddr ipaddresses ipv4 ipv4address ipv6 ipv6address ipnumber hostip devlastip address4 ipadresse
		adresseip adresip adresaip direccionip indirizzoip enderecoip ipadres ipcim ipaдрес ipадрес addressip`,
	subnet: `subnet network cidr prefix prefixes netblock subnetz netz netzwerk podsit sit sousreseau reseau subred
		sottorete rete subrede rede podsiec siec subnetwork prefixflat подсеть сеть`,
	mask: `mask netmask subnetmask prefixlength prefixlen maske netzmaske subnetzmaske maska masque mascara maschera`,
	hostname: `hostname host dnsname dns fqdn computername devicename machine rechnername hostitel jmenohostitele
		nazevhostitele nomdhote hote nazwahosta nombredehost nomehost hostnaam devname имяхоста`,
	name: `name nazev nom nombre nome nazwa naam bezeichnung имя`,
	description: `description desc descr beschreibung popis opis descripcion descrizione descricao omschrijving описание`,
	tags: `tags labels etiketten schlagworte stitky etiquettes etiquetas`,
	notes: `notes note comments comment remark remarks notiz notizen bemerkung bemerkungen kommentar poznamka poznamky
		remarque remarques commentaire commentaires uwagi notatka nota notas devcomments заметка примечание`,
	mac: `mac macaddress macaddr hwaddress hwaddr hardwareaddress ethernetaddress macadresse adressemac macadresa adresmac
		direccionmac devmac physicaladdress`,
	gateway: `gateway defaultgateway router brana passerelle`,
	is_gateway: `isgateway`,
	state: `ipstate state ipstatus`,
};

/** What says nothing of a host or subnet that could be kept, or what the network itself says better. */
const LEFT_OUT = new Set(
	`type id idx lastseen lastseenat firstseen firstseenat laststatuschange created updated lastupdated children utilization
	utilisation prefixflat depth markedutilized pool online up down alive latency latencyms response rtt ports
	openports vendor hw mastersubnet requests discover masterid editdate excludeping ptrignore known now date
	zuletztgesehen usage leaseend`.split(/\s+/),
);

/** Titles of Rollcall's own files. */
const OWN: Readonly<Record<string, Target>> = {
	address: "address",
	name: "name",
	description: "description",
	tags: "tags",
	notes: "notes",
	mac: "mac",
	gateway: "gateway",
	namesource: "name_source",
	sweepintervals: "sweep_interval_s",
	sweepenabled: "sweep_enabled",
	scanenabled: "scan_enabled",
	snmpenabled: "snmp_enabled",
};

/** A row of titles? At least one says where the row belongs, and none is an address itself. */
export function isHeader(cells: readonly string[]): boolean {
	if (cells.some((cell) => /^\s*[0-9a-f]*[.:][0-9a-f.:]*[.:]/i.test(cell))) return false;
	const targets = cells.map((cell) => targetOf(plain(cell)));
	return targets.some((target) => target === "ip" || target === "subnet" || target === "address");
}

/** Which program wrote these titles. */
export function originOf(headers: readonly string[], fallback: Origin): Origin {
	const known = new Set(headers.map(plain));
	const has = (...titles: string[]) => titles.every((title) => known.has(title));
	if (has("type", "address", "namesource")) return "rollcall";
	if (has("ipstate") || has("section", "subnet") || has("vlandomain") || has("fwobject")) return "phpipam";
	const first = plain(headers[0] ?? "");
	if (first === "prefix" || has("prefix", "status")) return "netbox";
	if ((known.has("ipaddress") || known.has("address")) && has("status") && (has("dnsname") || has("vrf")))
		return "netbox";
	return fallback;
}

/** The most likely meaning of each column; what is not known becomes a line of the notes, so that nothing is lost. */
export function guessMapping(headers: readonly string[], origin: Origin): Target[] {
	const plains = headers.map(plain);
	const hasHost = plains.some(
		(title) => ["ip", "address"].includes(targetOf(title)) && origin !== "rollcall",
	);
	const taken = new Set<Target>();
	return plains.map((title) => {
		const target = origin === "rollcall" ? (OWN[title] ?? "") : guess(title, origin, hasHost);
		const repeats = target === "" || target === "line" || target === "tags" || target === "notes";
		if (!repeats && taken.has(target)) return "line";
		taken.add(target);
		return target;
	});
}

/** phpIPAM's custom fields without the prefix it gives them, where the rest is neither another title nor has a meaning. */
export function shortTitles(titles: readonly string[]): string[] {
	const known = new Set(titles.map(plain));
	return titles.map((title) => {
		const short = title.replace(/^custom_/, "");
		const meant = [true, false].some((hasHost) => guess(plain(short), "phpipam", hasHost) !== "line");
		return meant || (short !== title && known.has(plain(short))) ? title : short;
	});
}

function guess(title: string, origin: Origin, hasHost: boolean): Target {
	if (title === "" || LEFT_OUT.has(title)) return "";
	if (title === "status") return origin === "netbox" ? "state" : "";
	if (title === "tag") return origin.startsWith("phpipam") ? "state" : "tags";
	if (title === "gateway" && hasHost) return "is_gateway";
	if (title === "hostcheck") return "sweep_enabled";
	const target = targetOf(title);
	if (target === "address" && origin === "netbox") return "ip";
	if (target === "state" && !origin.startsWith("phpipam") && origin !== "netbox") return "line";
	return target === "" ? "line" : target;
}

/** The meaning of a title by itself; "" when it is not known. */
function targetOf(title: string): Target {
	if (title === "address" || title === "adresse") return "address";
	const found = Object.entries(TITLES).find(([, titles]) => titles.split(/\s+/).includes(title));
	return (found?.[0] as Target | undefined) ?? "";
}
