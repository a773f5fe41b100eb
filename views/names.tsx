/** Names that were found out: what PTR and SNMP say, where they disagree, and using one with one click. */

import type { Host } from "../src/model/host.ts";
import type { Subnet } from "../src/model/subnet.ts";
import { ActionButton, Wire } from "./elements.tsx";

const SOURCES = [
	{ source: "ptr", label: "PTR" },
	{ source: "snmp", label: "SNMP" },
] as const;

/** Names beside the one in use, and the switch for SNMP; nothing where there is nothing to say. */
export function FoundNames(props: { host: Host; subnet: Subnet; csrf: string | undefined }) {
	const { host, subnet, csrf } = props;
	const others = SOURCES.map((one) => {
		return { ...one, name: one.source === "ptr" ? host.ptrName : host.snmpName };
	}).filter(({ name }) => name !== "" && name !== host.hostname);
	return (
		<section class="names" aria-labelledby={`names-${host.id}`}>
			<h2 id={`names-${host.id}`}>Names</h2>
			{others.map(({ source, label, name }) => (
				<p key={source}>
					{label} says <Wire text={name} />{" "}
					<ActionButton
						action={`/hosts/${host.id}/name`}
						label={`Use the ${label} name`}
						csrf={csrf}
						values={{ source }}
					/>
				</p>
			))}
			<SnmpSwitch host={host} subnet={subnet} csrf={csrf} />
		</section>
	);
}

function SnmpSwitch(props: { host: Host; subnet: Subnet; csrf: string | undefined }) {
	const { host, subnet, csrf } = props;
	const own = host.snmpEnabled;
	const isOn = own ?? subnet.snmpEnabled;
	const action = `/hosts/${host.id}/snmp`;
	return (
		<p class="quiet">
			{isOn ? "Asked for its name by SNMP" : "Not asked for its name by SNMP"}
			{own === undefined ? ", as its subnet is. " : ". "}
			<ActionButton
				action={action}
				label={isOn ? "Do not ask" : "Ask"}
				csrf={csrf}
				values={{ enabled: isOn ? "no" : "yes" }}
			/>
			{own !== undefined && (
				<>
					{" "}
					<ActionButton action={action} label="As the subnet" csrf={csrf} values={{ enabled: "" }} />
				</>
			)}
		</p>
	);
}

/** The switch of a whole subnet, on its own form. */
export function SubnetSnmp(props: { subnet: Subnet; csrf: string | undefined }) {
	const { subnet, csrf } = props;
	return (
		<section class="panel padded" aria-label="Names by SNMP">
			<p>
				{subnet.snmpEnabled
					? "Hosts of this subnet are asked for their name by SNMP."
					: "Hosts of this subnet are not asked for their name by SNMP."}{" "}
				<ActionButton
					action={`/subnets/${subnet.id}/snmp`}
					label={subnet.snmpEnabled ? "Do not ask" : "Ask by SNMP"}
					csrf={csrf}
					values={{ enabled: subnet.snmpEnabled ? "no" : "yes" }}
				/>
			</p>
		</section>
	);
}
