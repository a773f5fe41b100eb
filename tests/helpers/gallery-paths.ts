/** Where the pages of the gallery are: what is worth looking at, by name, and what has to be pressed first. */

import type { Page } from "playwright-core";

export const GALLERY_PAGES: Readonly<Record<string, string>> = {
	dashboard: "/",
	subnet: "/subnets/1",
	"more-subnets": "/x/more-subnets",
	"subnet-address": "/subnets/1?order=address&open=10.0.0.23",
	"subnet-guests": "/subnets/3",
	"subnet-campus": "/subnets/6",
	"subnet-v6": "/subnets/5",
	"subnet-v6-full": "/subnets/10",
	"subnet-filtered": "/subnets/1?tag=dhcp&status=up",
	sweeping: "/x/sweeping",
	subnets: "/subnets",
	"wrong-subnet": "/x/wrong-subnet",
	"no-subnets": "/x/no-subnets",
	edit: "/subnets/1/edit",
	delete: "/subnets/1/delete",
	reserve: "/subnets/1/free/10.0.0.77",
	search: "/search?q=10.0.0.77",
	host: "/hosts/5",
	conflict: "/x/conflict",
	scanning: "/x/scanning",
	activity: "/activity",
	settings: "/settings",
	webhooks: "/settings/webhooks",
	webhook: "/settings/webhooks/1",
	"webhook-secret": "/x/webhook-secret",
	import: "/imports",
	"import-problem": "/x/import-problem",
	"import-plan": "/imports/3",
	"import-refused": "/x/import-refused",
	"import-unread": "/x/import-unread",
	"import-working": "/x/import-working",
	export: "/export",
	users: "/settings/users",
	user: "/settings/users/2",
	tokens: "/settings/tokens",
	"token-made": "/x/token-made",
	account: "/account",
	"two-step": "/x/two-step",
	codes: "/x/codes",
	bulk: "/bulk",
	"bulk-wrong": "/x/bulk-wrong",
	"bulk-delete": "/x/bulk-delete",
	batch: "/batches/4",
	"batch-undone": "/x/batch-undone",
	"batch-working": "/x/batch-working",
	undo: "/subnets/1?undo=4",
	login: "/login",
	"login-unsent": "/x/login-unsent",
	unsent: "/x/unsent",
	setup: "/setup",
	doctor: "/doctor?problem=no+ICMP+permission",
	"doctor-limited": "/doctor?limited=The+name+server+10.0.0.53+does+not+answer",
	"no-events": "/x/no-events",
	"no-hosts": "/subnets/9",
	"first-run": "/x/first-run",
	lost: "/x/lost",
	refused: "/x/refused",
	hostile: "/subnets/7",
	"many-tags": "/x/many-tags",
	"many-ports": "/x/many-ports",
	"long-name": "/x/long-name",
	"hostile-activity": "/x/hostile-activity",
	drawer: "/subnets/1#drawer",
	here: "/subnets/1#here",
};

/** What opens over a page. */
export async function unfold(page: Page, name: string): Promise<void> {
	if (name === "drawer") {
		await page.click('tr a[data-drawer]:text-is("10.0.0.14")');
		await page.waitForSelector("#drawer[open] .host");
	}
	if (name === "here") {
		await page.click('[data-map] a[aria-label="10.0.0.77 free"]');
		await page.waitForSelector("#here:popover-open form");
	}
}
