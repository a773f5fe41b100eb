/** What a person typed for a subnet or host, checked field by field: a value, or an AppError naming the field. */

import { AppError } from "../errors.ts";
import { HOST_LIMITS } from "../model/host.ts";
import { SUBNET_LIMITS } from "../model/subnet.ts";
import { readLine, readTags, readText } from "../model/text.ts";
import { formatAddress, parseAddress } from "../net/address.ts";
import { type Cidr, contains, formatCidr, parseCidr } from "../net/cidr.ts";

export type SubnetInput = {
	readonly name: string;
	readonly notes: string;
	/** Address inside the subnet, or "". */
	readonly gateway: string;
	readonly sweepIntervalS: number;
	readonly sweepEnabled: boolean;
} & SubnetSwitches;

/** Not said: as it is, or as the defaults for new subnets are. */
export type SubnetSwitches = {
	/** Its hosts are scanned for open ports by the clock. */
	readonly scanEnabled?: boolean | undefined;
	/** Its hosts are asked for their name by SNMP. */
	readonly snmpEnabled?: boolean | undefined;
};

export type HostInput = {
	readonly hostname: string;
	readonly description: string;
	/** Apart, or between commas. */
	readonly tags: string | readonly string[];
	readonly notes: string;
};

/** What else may be said of a host; not said: as it is. */
export type HostExtras = {
	/** When the reservation ends, epoch milliseconds; null: never. */
	readonly expiresAt?: number | null | undefined;
	/** Asked for its name by SNMP; null: as its subnet has it. */
	readonly snmpEnabled?: boolean | null | undefined;
	/** The hostname was given by hand, even where it is the one that was found out. */
	readonly named?: boolean | undefined;
};

/** The value, or AppError("invalid") with the field and, where there is one, the suggestion. */
export function need<P extends { value?: unknown; problem?: string | undefined; suggestion?: string }>(
	field: string,
	parsed: P,
): NonNullable<P["value"]> {
	if (parsed.value !== undefined && parsed.value !== null) return parsed.value;
	const more = parsed.suggestion === undefined ? {} : { detail: { suggestion: parsed.suggestion } };
	throw new AppError("invalid", parsed.problem ?? "This value cannot be used.", { field, ...more });
}

export function checkCidr(text: string): Cidr {
	return need("cidr", parseCidr(text));
}

/** The values of a subnet around `cidr`. */
export function checkSubnet(cidr: Cidr, input: SubnetInput) {
	const { sweepIntervalMinS: min, sweepIntervalMaxS: max } = SUBNET_LIMITS;
	const interval = input.sweepIntervalS;
	if (!Number.isInteger(interval) || interval < min || interval > max) {
		throw new AppError("invalid", `Use a whole number of seconds from ${min} to ${max}.`, {
			field: "sweep_interval_s",
		});
	}
	return {
		name: need("name", readLine(input.name, SUBNET_LIMITS.nameChars)),
		notes: need("notes", readText(input.notes, SUBNET_LIMITS.notesChars)),
		gateway: checkGateway(cidr, input.gateway),
		sweepIntervalS: interval,
		sweepEnabled: input.sweepEnabled,
	};
}

function checkGateway(cidr: Cidr, text: string): string | undefined {
	if (text === "") return undefined;
	const address = need("gateway", parseAddress(text));
	if (!contains(cidr, address)) {
		throw new AppError("invalid", `${formatAddress(address)} is not in ${formatCidr(cidr)}.`, {
			field: "gateway",
		});
	}
	return formatAddress(address);
}

export function checkHost(input: HostInput) {
	return {
		hostname: need("hostname", readLine(input.hostname, HOST_LIMITS.hostnameChars)),
		description: need("description", readLine(input.description, HOST_LIMITS.descriptionChars)),
		tags: need("tags", readTags(input.tags, HOST_LIMITS)),
		notes: need("notes", readText(input.notes, HOST_LIMITS.notesChars)),
	};
}

/** AppError("invalid") for an end that has come already. */
export function checkExpiry(at: number | null | undefined, now: number): void {
	if (typeof at === "number" && at <= now) {
		throw new AppError("invalid", "A reservation ends in the future.", { field: "expires_at" });
	}
}
