/** All operations of the API in the order of the document. */

import type { Passwords } from "../../ipam/passwords.ts";
import type { Desk } from "../desk.ts";
import type { Feed } from "../feed.ts";
import { batchOperations } from "./batches.ts";
import { bulkOperations } from "./bulk.ts";
import { deliveryOperations } from "./deliveries.ts";
import { doctorOperations } from "./doctor.ts";
import { eventOperations } from "./events.ts";
import { exportOperation } from "./exports.ts";
import { pastOperations } from "./history.ts";
import { hostOperations } from "./hosts.ts";
import { importOperations } from "./imports.ts";
import { nextAddressOperation } from "./next-address.ts";
import type { Operation } from "./operation.ts";
import { runOperations } from "./runs.ts";
import { streamOperation } from "./stream.ts";
import { subnetOperations } from "./subnets.ts";
import { tokenOperations } from "./tokens.ts";
import { userOperations } from "./users.ts";
import { webhookOperations } from "./webhooks.ts";

export function allOperations(desk: Desk, feed: Feed, passwords: Passwords): Operation[] {
	return [
		...subnetOperations(desk),
		nextAddressOperation(desk),
		...hostOperations(desk),
		...pastOperations(desk),
		...eventOperations(desk),
		streamOperation(desk, feed),
		...bulkOperations(desk),
		...batchOperations(desk),
		...importOperations(desk),
		exportOperation(desk),
		...runOperations(desk),
		...webhookOperations(desk),
		...deliveryOperations(desk),
		...userOperations(desk, passwords),
		...tokenOperations(desk, passwords),
		...doctorOperations(desk),
	];
}
