/** What a new subnet starts with where nobody says otherwise: reading and changing it. */

import type { Context, Ground } from "../context.ts";
import { AppError } from "../errors.ts";
import { SUBNET_LIMITS, type SubnetDefaults } from "../model/subnet.ts";
import { transact } from "../store/database.ts";
import { readSetting, readSubnetDefaults, writeSetting } from "../store/settings.ts";
import { change, nowhere, record } from "./audit.ts";

/** As somebody set them; before that the interval of the configuration, port scans on, names by SNMP off. */
export function subnetDefaults({ db, config }: Pick<Ground, "db" | "config">): SubnetDefaults {
	return (
		readSubnetDefaults(db) ?? {
			sweepIntervalS: config.sweepIntervalS,
			scanEnabled: true,
			snmpEnabled: false,
		}
	);
}

/** For subnets that are added from now on; those that are there stay as they are. */
export function saveSubnetDefaults(context: Context, defaults: SubnetDefaults): void {
	const { sweepIntervalMinS: min, sweepIntervalMaxS: max } = SUBNET_LIMITS;
	const { sweepIntervalS, scanEnabled, snmpEnabled } = defaults;
	if (!Number.isInteger(sweepIntervalS) || sweepIntervalS < min || sweepIntervalS > max) {
		throw new AppError("invalid", `Use a whole number of seconds from ${min} to ${max}.`, {
			field: "sweep_interval_s",
		});
	}
	const text = JSON.stringify({ sweepIntervalS, scanEnabled, snmpEnabled } satisfies SubnetDefaults);
	transact(context.db, () => {
		if (text === readSetting(context.db, "subnet_defaults")) return;
		const before = subnetDefaults(context);
		writeSetting(context.db, "subnet_defaults", text);
		for (const detail of [
			...change("interval", `${before.sweepIntervalS} s`, `${sweepIntervalS} s`),
			...change("port scans by the clock", before.scanEnabled, scanEnabled),
			...change("names by SNMP", before.snmpEnabled, snmpEnabled),
		])
			record(context, { kind: "setting_edited", ...nowhere, label: "New subnets", detail });
	});
}
