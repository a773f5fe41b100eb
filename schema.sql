-- Rollcall's database as it is today. Times are epoch milliseconds (UTC), addresses canonical text (RFC 5952)
-- with a 16-byte sortable key beside them (IPv4 as ::ffff:a.b.c.d), durations carry their unit in the name.
-- New files are made from this text; older ones are brought here by the steps in src/store/migrations.ts.

-- A managed block of addresses. Blocks nest; a host belongs to the most specific one around it.
CREATE TABLE subnet (
	id                 INTEGER PRIMARY KEY AUTOINCREMENT,
	cidr               TEXT    NOT NULL UNIQUE,
	first_key          BLOB    NOT NULL,              -- lowest address
	last_key           BLOB    NOT NULL,              -- highest address
	prefix             INTEGER NOT NULL,              -- in the family's own bits
	parent_id          INTEGER REFERENCES subnet (id) ON DELETE SET NULL, -- most specific block around; derived
	name               TEXT    NOT NULL DEFAULT '',
	notes              TEXT    NOT NULL DEFAULT '',
	gateway            TEXT,                          -- canonical text
	sweep_interval_s   INTEGER NOT NULL DEFAULT 60,
	sweep_enabled      INTEGER NOT NULL DEFAULT 1,
	scan_enabled       INTEGER NOT NULL DEFAULT 1,    -- port scans
	snmp_enabled       INTEGER NOT NULL DEFAULT 0,    -- hosts are asked for their name by SNMP
	sweep_offset       INTEGER NOT NULL DEFAULT 0,    -- where the next slice of a large block begins
	next_sweep_at      INTEGER NOT NULL DEFAULT 0,
	last_sweep_at      INTEGER,                       -- end of the last sweep that went well
	last_sweep_problem TEXT,                          -- why the last one did not; NULL when it did
	hosts_up           INTEGER NOT NULL DEFAULT 0,    -- its own hosts by status, kept by the triggers of host:
	hosts_down         INTEGER NOT NULL DEFAULT 0,    -- every page shows them, counting 65,000 rows each time
	hosts_unknown      INTEGER NOT NULL DEFAULT 0,    -- would take longer than all the rest of the page
	version            INTEGER NOT NULL DEFAULT 1,    -- grows with every edit by a person
	created_at         INTEGER NOT NULL,
	updated_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX subnet_by_range ON subnet (first_key, last_key);
CREATE INDEX subnet_due ON subnet (next_sweep_at) WHERE sweep_enabled = 1;

-- What answers, or is recorded, at an address. No row for an address that never answered and carries no note.
CREATE TABLE host (
	id                 INTEGER PRIMARY KEY AUTOINCREMENT,
	ip                 TEXT    NOT NULL UNIQUE,
	ip_key             BLOB    NOT NULL UNIQUE,
	subnet_id          INTEGER NOT NULL REFERENCES subnet (id) ON DELETE CASCADE,
	hostname           TEXT    NOT NULL DEFAULT '',
	hostname_source    TEXT    CHECK (hostname_source IN ('typed', 'ptr', 'snmp', 'import')),
	description        TEXT    NOT NULL DEFAULT '',
	tags_json          TEXT    NOT NULL DEFAULT '[]', -- array of strings; host_tag is its index
	notes              TEXT    NOT NULL DEFAULT '',
	mac                TEXT,                          -- "00:11:32:8a:00:01", the last one that answered
	vendor             TEXT,                          -- who made it; NULL also where software made the address up
	-- Names that were found out, '' for none; hostname holds one of them unless a person typed another.
	ptr_name           TEXT    NOT NULL DEFAULT '',
	ptr_heard          TEXT,                          -- the newest answer, not yet heard twice; NULL: ptr_name is it
	snmp_name          TEXT    NOT NULL DEFAULT '',
	snmp_enabled       INTEGER,                       -- NULL: as the subnet has it
	next_name_at       INTEGER NOT NULL DEFAULT 0,    -- when names are looked up again
	-- Presence, written by the sweeper only.
	status             TEXT    NOT NULL DEFAULT 'unknown' CHECK (status IN ('up', 'down', 'unknown')),
	status_order       INTEGER NOT NULL DEFAULT 2     -- up 0, down 1, unknown 2: the order of lists
	                   CHECK (status_order = CASE status WHEN 'up' THEN 0 WHEN 'down' THEN 1 ELSE 2 END),
	status_since       INTEGER,
	suspect_since      INTEGER,                       -- silent, not yet confirmed: still told as up
	flapping           INTEGER NOT NULL DEFAULT 0,
	flips_json         TEXT    NOT NULL DEFAULT '[]', -- newest flips, oldest first
	first_seen_at      INTEGER,                       -- NULL: never answered (a reservation)
	last_seen_at       INTEGER,
	latency_us         INTEGER,                       -- 0: answers ARP, but no ping
	typical_latency_us INTEGER,                       -- running estimate of the median
	expires_at         INTEGER,                       -- a reservation ends then, if it has not answered; NULL: never
	-- Port scans, written by the scanner only. The moment within the interval is the host's own and stays.
	next_scan_at       INTEGER NOT NULL DEFAULT 0,    -- 0: as soon as it is up
	scan_run_id        INTEGER,                       -- the open scan_run it waits for or is scanned by
	last_scan_at       INTEGER,                       -- end of the last scan that said something
	last_scan_by       TEXT,                          -- nmap or connect
	scan_scope         TEXT,                          -- digest of the ports that scan looked at
	scan_failures      INTEGER NOT NULL DEFAULT 0,    -- in a row
	scan_problem       TEXT,                          -- why the last one said nothing; NULL when it did
	version            INTEGER NOT NULL DEFAULT 1,    -- grows with every edit by a person
	created_at         INTEGER NOT NULL,
	updated_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX host_by_address ON host (subnet_id, ip_key);
CREATE INDEX host_by_status ON host (subnet_id, status_order, ip_key);
CREATE INDEX host_alive_first ON host (status_order, ip_key);
CREATE INDEX host_names_due ON host (next_name_at) WHERE status = 'up';
CREATE INDEX host_by_mac ON host (mac) WHERE mac IS NOT NULL;
CREATE INDEX host_first_seen ON host (first_seen_at);
-- All that a search looks into besides the address, a line each, of the hosts that have any. Both expressions are
-- repeated in store/words.ts.
CREATE INDEX host_words ON host (lower(hostname || char(10) || description || char(10) || tags_json || char(10) || ifnull(mac, '') || char(10) || ifnull(vendor, '') || char(10) || ptr_name || char(10) || snmp_name))
	WHERE lower(hostname || char(10) || description || char(10) || tags_json || char(10) || ifnull(mac, '') || char(10) || ifnull(vendor, '') || char(10) || ptr_name || char(10) || snmp_name) <> char(10, 10, 91, 93, 10, 10, 10, 10);

-- The same by trigrams, so that a text of three letters and more finds its hosts without a look at all others. Holds
-- no text itself. Kept by the triggers below.
CREATE VIRTUAL TABLE host_word USING fts5 (words, content = '', tokenize = 'trigram', detail = 'none', columnsize = 0);
CREATE TRIGGER host_words_inserted AFTER INSERT ON host
WHEN lower(new.hostname || char(10) || new.description || char(10) || new.tags_json || char(10) || ifnull(new.mac, '') || char(10) || ifnull(new.vendor, '') || char(10) || new.ptr_name || char(10) || new.snmp_name) <> char(10, 10, 91, 93, 10, 10, 10, 10) BEGIN
	INSERT INTO host_word (rowid, words) VALUES (new.id, lower(new.hostname || char(10) || new.description || char(10) || new.tags_json || char(10) || ifnull(new.mac, '') || char(10) || ifnull(new.vendor, '') || char(10) || new.ptr_name || char(10) || new.snmp_name));
END;
CREATE TRIGGER host_words_deleted AFTER DELETE ON host
WHEN lower(old.hostname || char(10) || old.description || char(10) || old.tags_json || char(10) || ifnull(old.mac, '') || char(10) || ifnull(old.vendor, '') || char(10) || old.ptr_name || char(10) || old.snmp_name) <> char(10, 10, 91, 93, 10, 10, 10, 10) BEGIN
	INSERT INTO host_word (host_word, rowid, words) VALUES ('delete', old.id, lower(old.hostname || char(10) || old.description || char(10) || old.tags_json || char(10) || ifnull(old.mac, '') || char(10) || ifnull(old.vendor, '') || char(10) || old.ptr_name || char(10) || old.snmp_name));
END;
CREATE TRIGGER host_words_updated AFTER UPDATE OF hostname, description, tags_json, mac, vendor, ptr_name, snmp_name ON host
WHEN lower(new.hostname || char(10) || new.description || char(10) || new.tags_json || char(10) || ifnull(new.mac, '') || char(10) || ifnull(new.vendor, '') || char(10) || new.ptr_name || char(10) || new.snmp_name) <> lower(old.hostname || char(10) || old.description || char(10) || old.tags_json || char(10) || ifnull(old.mac, '') || char(10) || ifnull(old.vendor, '') || char(10) || old.ptr_name || char(10) || old.snmp_name) BEGIN
	INSERT INTO host_word (host_word, rowid, words) SELECT 'delete', old.id, lower(old.hostname || char(10) || old.description || char(10) || old.tags_json || char(10) || ifnull(old.mac, '') || char(10) || ifnull(old.vendor, '') || char(10) || old.ptr_name || char(10) || old.snmp_name)
	WHERE lower(old.hostname || char(10) || old.description || char(10) || old.tags_json || char(10) || ifnull(old.mac, '') || char(10) || ifnull(old.vendor, '') || char(10) || old.ptr_name || char(10) || old.snmp_name) <> char(10, 10, 91, 93, 10, 10, 10, 10);
	INSERT INTO host_word (rowid, words) SELECT new.id, lower(new.hostname || char(10) || new.description || char(10) || new.tags_json || char(10) || ifnull(new.mac, '') || char(10) || ifnull(new.vendor, '') || char(10) || new.ptr_name || char(10) || new.snmp_name)
	WHERE lower(new.hostname || char(10) || new.description || char(10) || new.tags_json || char(10) || ifnull(new.mac, '') || char(10) || ifnull(new.vendor, '') || char(10) || new.ptr_name || char(10) || new.snmp_name) <> char(10, 10, 91, 93, 10, 10, 10, 10);
END;

-- Hosts by status in each block of 16 addresses that ever held one: the map of a large subnet. Kept by the triggers
-- below; block is the key in hexadecimal without its last digit.
CREATE TABLE host_block (
	subnet_id INTEGER NOT NULL REFERENCES subnet (id) ON DELETE CASCADE,
	block     TEXT    NOT NULL,
	up        INTEGER NOT NULL,
	down      INTEGER NOT NULL,
	unknown   INTEGER NOT NULL,
	PRIMARY KEY (subnet_id, block)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER host_counted AFTER INSERT ON host BEGIN
	UPDATE subnet SET hosts_up = hosts_up + (new.status_order = 0), hosts_down = hosts_down + (new.status_order = 1),
		hosts_unknown = hosts_unknown + (new.status_order = 2) WHERE id = new.subnet_id;
	INSERT INTO host_block (subnet_id, block, up, down, unknown)
	VALUES (new.subnet_id, substr(hex(new.ip_key), 1, 31), new.status_order = 0, new.status_order = 1, new.status_order = 2)
	ON CONFLICT DO UPDATE SET up = up + excluded.up, down = down + excluded.down, unknown = unknown + excluded.unknown;
END;
CREATE TRIGGER host_uncounted AFTER DELETE ON host BEGIN
	UPDATE subnet SET hosts_up = hosts_up - (old.status_order = 0), hosts_down = hosts_down - (old.status_order = 1),
		hosts_unknown = hosts_unknown - (old.status_order = 2) WHERE id = old.subnet_id;
	UPDATE host_block SET up = up - (old.status_order = 0), down = down - (old.status_order = 1),
		unknown = unknown - (old.status_order = 2)
	WHERE subnet_id = old.subnet_id AND block = substr(hex(old.ip_key), 1, 31);
END;
CREATE TRIGGER host_recounted AFTER UPDATE OF subnet_id, status_order ON host
WHEN new.subnet_id <> old.subnet_id OR new.status_order <> old.status_order BEGIN
	UPDATE subnet SET hosts_up = hosts_up - (old.status_order = 0), hosts_down = hosts_down - (old.status_order = 1),
		hosts_unknown = hosts_unknown - (old.status_order = 2) WHERE id = old.subnet_id;
	UPDATE host_block SET up = up - (old.status_order = 0), down = down - (old.status_order = 1),
		unknown = unknown - (old.status_order = 2)
	WHERE subnet_id = old.subnet_id AND block = substr(hex(old.ip_key), 1, 31);
	UPDATE subnet SET hosts_up = hosts_up + (new.status_order = 0), hosts_down = hosts_down + (new.status_order = 1),
		hosts_unknown = hosts_unknown + (new.status_order = 2) WHERE id = new.subnet_id;
	INSERT INTO host_block (subnet_id, block, up, down, unknown)
	VALUES (new.subnet_id, substr(hex(new.ip_key), 1, 31), new.status_order = 0, new.status_order = 1, new.status_order = 2)
	ON CONFLICT DO UPDATE SET up = up + excluded.up, down = down + excluded.down, unknown = unknown + excluded.unknown;
END;
CREATE INDEX host_scan_due ON host (next_scan_at) WHERE status = 'up' AND scan_run_id IS NULL;
CREATE INDEX host_in_scan ON host (scan_run_id) WHERE scan_run_id IS NOT NULL;

-- tags_json taken apart, so that a tag finds its hosts. Kept by the triggers below; never written otherwise.
CREATE TABLE host_tag (
	tag     TEXT    NOT NULL,
	host_id INTEGER NOT NULL REFERENCES host (id) ON DELETE CASCADE,
	PRIMARY KEY (tag, host_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX host_tag_by_host ON host_tag (host_id);
CREATE TRIGGER host_tags_inserted AFTER INSERT ON host WHEN new.tags_json <> '[]' BEGIN
	INSERT OR IGNORE INTO host_tag (tag, host_id) SELECT value, new.id FROM json_each(new.tags_json);
END;
CREATE TRIGGER host_tags_updated AFTER UPDATE OF tags_json ON host WHEN new.tags_json <> old.tags_json BEGIN
	DELETE FROM host_tag WHERE host_id = new.id;
	INSERT OR IGNORE INTO host_tag (tag, host_id) SELECT value, new.id FROM json_each(new.tags_json);
END;

-- One row per host and sweep that measured it. Unmeasured time has no rows. Append-only.
CREATE TABLE host_status (
	host_id    INTEGER NOT NULL,                      -- no reference: the past of a deleted host waits in host_grave
	ts         INTEGER NOT NULL,
	is_up      INTEGER NOT NULL,
	latency_us INTEGER,                               -- NULL: silent, or up and silent to pings
	PRIMARY KEY (host_id, ts)
) STRICT, WITHOUT ROWID;

-- The same by the hour (ts = its start), kept by the recorder: the uptime of any window is a sum of a few rows.
CREATE TABLE host_status_hour (
	host_id        INTEGER NOT NULL,                  -- no reference, see host_status
	ts             INTEGER NOT NULL,
	up             INTEGER NOT NULL,
	down           INTEGER NOT NULL,
	latency_sum_us INTEGER NOT NULL,
	latency_min_us INTEGER,
	latency_max_us INTEGER,
	PRIMARY KEY (host_id, ts)
) STRICT, WITHOUT ROWID;

-- All hosts together, by the hour: what share of the asked hosts answered.
CREATE TABLE answer_hour (
	ts   INTEGER PRIMARY KEY,
	up   INTEGER NOT NULL,
	down INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Ports found open, with their past: a row for each time a port was open, first_seen_at to last_seen_at. is_current
-- marks what the last scan of the host that looked at the port saw open; -1 instead of 1 once the host is deleted.
CREATE TABLE host_open_port (
	id            INTEGER PRIMARY KEY,
	host_id       INTEGER NOT NULL,                   -- no reference, see host_status
	ts            INTEGER NOT NULL,                   -- of the scan that wrote this row
	port          INTEGER NOT NULL,
	proto         TEXT    NOT NULL CHECK (proto IN ('tcp', 'udp', 'sctp')),
	state         TEXT    NOT NULL,
	service       TEXT    NOT NULL DEFAULT '',
	product       TEXT    NOT NULL DEFAULT '',
	version       TEXT    NOT NULL DEFAULT '',
	first_seen_at INTEGER NOT NULL,
	last_seen_at  INTEGER NOT NULL,
	is_current    INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX host_open_port_current ON host_open_port (host_id, proto, port) WHERE is_current = 1;
CREATE INDEX host_open_port_by_host ON host_open_port (host_id);
CREATE INDEX host_open_port_past ON host_open_port (ts) WHERE is_current = 0;
CREATE INDEX host_open_port_words ON host_open_port (port, service, product, host_id) WHERE is_current = 1;
CREATE INDEX host_open_port_by_service ON host_open_port (service, host_id) WHERE is_current = 1;

-- What every list reads: a host with its latest state and the ports open now.
CREATE VIEW host_current AS
SELECT
	host.*,
	(
		SELECT json_group_array(json_object(
			'port', port, 'proto', proto, 'service', service,
			'product', product, 'version', version, 'firstSeenAt', first_seen_at
		))
		FROM host_open_port WHERE host_id = host.id AND is_current = 1
	) AS ports_json
FROM host;

-- What happened. Written in the transaction that made it true; told after the commit. label and ip stay
-- readable when the host or subnet is gone; ids are never used again, so those of deleted ones lead nowhere.
CREATE TABLE event (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	ts          INTEGER NOT NULL,
	kind        TEXT    NOT NULL,
	subnet_id   INTEGER,
	host_id     INTEGER,
	ip          TEXT,
	label       TEXT    NOT NULL DEFAULT '',
	detail_json TEXT    NOT NULL DEFAULT '{}',
	actor_kind  TEXT    CHECK (actor_kind IN ('person', 'token')), -- NULL: it happened, or Rollcall did it by itself
	actor_id    INTEGER,                              -- of the user or token; no reference, the line outlives both
	actor_name  TEXT,                                 -- as it was then
	actor_from  TEXT                                  -- address of the caller; '' from the command line
) STRICT;
CREATE INDEX event_by_time ON event (ts);
CREATE INDEX event_by_host ON event (host_id, id);
CREATE INDEX event_by_subnet ON event (subnet_id, id);

-- News about a hardware address that somebody does not want to hear again: of this host (mac_changed), of this
-- address whoever has it (mac_conflict).
CREATE TABLE dismissal (
	kind         TEXT    NOT NULL CHECK (kind IN ('mac_changed', 'mac_conflict')),
	host_id      INTEGER NOT NULL,                    -- no reference, see host_status
	mac          TEXT    NOT NULL,
	dismissed_at INTEGER NOT NULL,
	PRIMARY KEY (kind, mac, host_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX dismissal_by_host ON dismissal (host_id);

-- Sweeps: the queue (queued), the progress (running) and the record (all others). One open row per subnet.
CREATE TABLE sweep_run (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	subnet_id    INTEGER NOT NULL REFERENCES subnet (id) ON DELETE CASCADE,
	trigger      TEXT    NOT NULL CHECK (trigger IN ('schedule', 'person')),
	state        TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
	requested_at INTEGER NOT NULL,
	started_at   INTEGER,
	finished_at  INTEGER,
	total        INTEGER NOT NULL DEFAULT 0,          -- addresses to ask
	done         INTEGER NOT NULL DEFAULT 0,          -- of them, with a verdict
	replies      INTEGER NOT NULL DEFAULT 0,
	lost         INTEGER NOT NULL DEFAULT 0,          -- hosts that were up and did not answer
	method       TEXT,                                -- raw, arp+raw, datagram or ping
	problem      TEXT,
	cancel_asked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX sweep_run_open ON sweep_run (subnet_id) WHERE state IN ('queued', 'running');
CREATE INDEX sweep_run_by_subnet ON sweep_run (subnet_id, id);
CREATE INDEX sweep_run_by_time ON sweep_run (finished_at);

-- Whom to tell of what. The secret signs every message; it is shown once, and kept because a signature needs it.
CREATE TABLE webhook (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,    -- never used again: deliveries and logs name it
	name        TEXT    NOT NULL,
	url         TEXT    NOT NULL,
	secret      TEXT    NOT NULL,                     -- whsec_ and 32 bytes in base64
	topics_json TEXT    NOT NULL DEFAULT '[]',        -- [] means all; see model/webhook.ts
	subnet_id   INTEGER REFERENCES subnet (id) ON DELETE SET NULL, -- with all subnets inside it; NULL means everywhere
	tag         TEXT    NOT NULL DEFAULT '',          -- '' means every host
	enabled     INTEGER NOT NULL DEFAULT 1,
	problem     TEXT,                                 -- why Rollcall switched it off
	version     INTEGER NOT NULL DEFAULT 1,
	created_at  INTEGER NOT NULL,
	updated_at  INTEGER NOT NULL
) STRICT;
-- Without its subnet a webhook would tell of everything: it is switched off instead.
CREATE TRIGGER webhook_subnet_deleted BEFORE DELETE ON subnet BEGIN
	UPDATE webhook SET enabled = 0, problem = 'The subnet it was about was deleted.' WHERE subnet_id = old.id;
END;

-- Messages: written in the transaction of the event, sent by whoever finds them due. uid is the same at every attempt.
CREATE TABLE webhook_delivery (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	webhook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
	uid        TEXT    NOT NULL UNIQUE,
	topic      TEXT    NOT NULL,
	label      TEXT    NOT NULL DEFAULT '',
	host_id    INTEGER,                               -- to find what a newer message makes needless; no reference
	body       TEXT    NOT NULL,                      -- as it is sent
	state      TEXT    NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'dead', 'dropped')),
	attempts   INTEGER NOT NULL DEFAULT 0,
	created_at INTEGER NOT NULL,
	next_at    INTEGER,
	last_at    INTEGER,
	status     INTEGER,                               -- of the last answer; NULL when there was none
	answer_ms  INTEGER,
	problem    TEXT                                   -- in our own words; never what the receiver said
) STRICT;
CREATE INDEX webhook_delivery_waiting ON webhook_delivery (webhook_id, next_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_delivery_by_webhook ON webhook_delivery (webhook_id, id);
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (created_at);
-- Port scans: the queue (queued), the progress (running) and the record (all others). Its hosts while it is open are
-- those whose scan_run_id names it.
CREATE TABLE scan_run (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	subnet_id    INTEGER REFERENCES subnet (id) ON DELETE SET NULL,
	host_id      INTEGER REFERENCES host (id) ON DELETE SET NULL, -- of a wish; a scheduled run has several hosts
	trigger      TEXT    NOT NULL CHECK (trigger IN ('schedule', 'person')),
	state        TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
	requested_at INTEGER NOT NULL,
	started_at   INTEGER,
	finished_at  INTEGER,
	total        INTEGER NOT NULL DEFAULT 0,          -- hosts to scan
	done         INTEGER NOT NULL DEFAULT 0,          -- of them, with a result
	open_ports   INTEGER NOT NULL DEFAULT 0,
	method       TEXT,                                -- nmap or connect
	problem      TEXT,                                -- why it failed, or what was left out
	cancel_asked INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX scan_run_open ON scan_run (state, id) WHERE state IN ('queued', 'running');
CREATE INDEX scan_run_by_time ON scan_run (finished_at);
CREATE INDEX scan_run_by_subnet ON scan_run (subnet_id);
CREATE INDEX scan_run_by_host ON scan_run (host_id);

-- Deleted hosts whose past (samples, hours, ports, events, dismissals) is still here. The prune removes it, and the
-- grave, once no batch can be undone any more that would bring the host back.
CREATE TABLE host_grave (
	host_id INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER host_buried AFTER DELETE ON host BEGIN
	INSERT OR IGNORE INTO host_grave (host_id) VALUES (old.id);
	UPDATE host_open_port SET is_current = -1 WHERE host_id = old.id AND is_current = 1;
END;

-- Many things changed at once by one wish of a person: it can be undone as one. Kept for some weeks.
CREATE TABLE batch (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	kind        TEXT    NOT NULL CHECK (kind IN ('bulk_edit', 'delete', 'import')),
	state       TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'undoing', 'undone')),
	actor       TEXT    NOT NULL DEFAULT '',          -- who, by name; '' where nobody logs in
	source      TEXT    NOT NULL DEFAULT '',          -- what it was made from, in words: a file, a filter, a subnet
	detail_json TEXT    NOT NULL DEFAULT '{}',        -- small and flat, as of an event
	made_at     INTEGER NOT NULL,
	finished_at INTEGER,
	added       INTEGER NOT NULL DEFAULT 0,           -- hosts
	changed     INTEGER NOT NULL DEFAULT 0,
	deleted     INTEGER NOT NULL DEFAULT 0,
	subnets     INTEGER NOT NULL DEFAULT 0,           -- subnets, whatever happened to them
	event_id    INTEGER,                              -- the line that tells of it
	undone_at   INTEGER,
	undone_by   TEXT    NOT NULL DEFAULT '',
	kept        INTEGER NOT NULL DEFAULT 0            -- things undo left alone, or in part, because they changed since
) STRICT;
CREATE INDEX batch_by_time ON batch (made_at);

-- What a batch did to one thing: what was there before and what it made, only the fields that differ (of a deleted
-- thing the whole row, blobs in hexadecimal). outcome and kept say what undo made of it.
CREATE TABLE batch_row (
	batch_id    INTEGER NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
	noun        TEXT    NOT NULL CHECK (noun IN ('host', 'subnet', 'webhook')),
	row_id      INTEGER NOT NULL,
	act         TEXT    NOT NULL CHECK (act IN ('added', 'changed', 'deleted')),
	before_json TEXT,                                 -- NULL: it was not there
	after_json  TEXT,                                 -- NULL: it is gone, or the change is still under way
	outcome     TEXT    CHECK (outcome IN ('undone', 'kept', 'gone')), -- NULL: not undone
	kept        TEXT    NOT NULL DEFAULT '',          -- fields that were changed since, or why it stays
	PRIMARY KEY (batch_id, noun, row_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_row_by_thing ON batch_row (noun, row_id);

-- Reservations that end by themselves.
CREATE INDEX host_expiring ON host (expires_at) WHERE expires_at IS NOT NULL;

-- Addresses of deleted hosts, and when they answered last: for some days nobody is given such an address.
CREATE TABLE departed (
	ip_key       BLOB    PRIMARY KEY,
	last_seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX departed_by_time ON departed (last_seen_at);
CREATE TRIGGER host_departed AFTER DELETE ON host WHEN old.last_seen_at IS NOT NULL BEGIN
	INSERT OR REPLACE INTO departed (ip_key, last_seen_at) VALUES (old.ip_key, old.last_seen_at);
END;

-- Answers to wishes that carried a key of their own: asked again with the same key, the same answer comes again.
CREATE TABLE idempotency (
	actor   TEXT    NOT NULL,                         -- whose key it is: kind and number
	key     TEXT    NOT NULL,
	digest  TEXT    NOT NULL,                         -- of what was wished
	status  INTEGER NOT NULL,
	body    TEXT    NOT NULL,                         -- JSON, as it was answered
	made_at INTEGER NOT NULL,
	PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency (made_at);

-- People who may sign in. The password is kept as argon2id (a PHC string), the secret of two-step codes as it is:
-- without it no code could be checked.
CREATE TABLE user (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	name          TEXT    NOT NULL UNIQUE COLLATE NOCASE,
	role          TEXT    NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
	password_hash TEXT    NOT NULL,
	totp_secret   BLOB,                               -- 20 bytes; NULL: no second step
	totp_step     INTEGER NOT NULL DEFAULT 0,         -- the last 30-second step whose code was used: none counts twice
	disabled_at   INTEGER,                            -- NULL: may sign in
	last_login_at INTEGER,
	created_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL
) STRICT;

-- Codes for when the telephone with the second step is lost: SHA-256 of each; used ones are removed.
CREATE TABLE recovery_code (
	user_id   INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	code_hash BLOB    NOT NULL,
	PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

-- Who is signed in. The cookie itself is nowhere: this is its SHA-256.
CREATE TABLE session (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	token_hash BLOB    NOT NULL UNIQUE,
	user_id    INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	created_at INTEGER NOT NULL,                      -- it ends 7 days later whatever happens
	seen_at    INTEGER NOT NULL,                      -- it ends 8 hours after the last request of a person, to 5 minutes
	address    TEXT    NOT NULL,                      -- where it was opened
	agent      TEXT    NOT NULL DEFAULT ''            -- the browser, as it calls itself
) STRICT;
CREATE INDEX session_by_user ON session (user_id);

-- Keys for programs. Shown once; this is the SHA-256 of the whole key.
CREATE TABLE api_token (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	name       TEXT    NOT NULL,
	scope      TEXT    NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
	token_hash BLOB    NOT NULL UNIQUE,
	made_by    TEXT    NOT NULL,                      -- name of the person, '' when made on the command line
	created_at INTEGER NOT NULL,
	expires_at INTEGER,                               -- NULL: never
	used_at    INTEGER                                -- to a minute
) STRICT;

-- Wrong passwords, by account and by address: how many in a row, and until when the next try is refused. A row is
-- forgotten a day after its last failure.
CREATE TABLE login_failure (
	key        TEXT    PRIMARY KEY,                   -- "address 192.0.2.7", "account 5", "account 5 at 192.0.2.7", "name …" (a hash)
	failures   INTEGER NOT NULL,
	last_at    INTEGER NOT NULL,
	blocked_until INTEGER NOT NULL DEFAULT 0             -- refused until this moment
) STRICT, WITHOUT ROWID;
CREATE INDEX login_failure_by_time ON login_failure (last_at);

-- Addresses from which an account was used lately: there nobody else's wrong passwords hold its owner up.
CREATE TABLE user_address (
	user_id INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	address TEXT    NOT NULL,
	seen_at INTEGER NOT NULL,
	PRIMARY KEY (user_id, address)
) STRICT, WITHOUT ROWID;

-- Files on their way in: what was read and how it is understood. A day after they came, or a month after they were
-- written, they go, with their rows.
CREATE TABLE import_batch (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	state        TEXT    NOT NULL CHECK (state IN ('unread', 'ready', 'asked', 'done')),
	name         TEXT    NOT NULL,                    -- of the file, or what it came from
	source       BLOB,                                -- the file, packed (zstd); NULL once it is written
	options_json TEXT    NOT NULL DEFAULT '{}',       -- see model/import.ts
	table_json   TEXT    NOT NULL DEFAULT '{}',       -- origin, notes, headers, mapping, examples
	problem_json TEXT,                                -- why it could not be read, or written
	counts_json  TEXT    NOT NULL DEFAULT '{}',       -- rows by verdict and noun
	subnets_seen TEXT    NOT NULL DEFAULT '',         -- the subnets there were when its rows were judged
	actor        TEXT    NOT NULL DEFAULT '',
	batch_id     INTEGER,                             -- what it became; batches are forgotten on their own
	made_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX import_batch_asked ON import_batch (id) WHERE state = 'asked';

-- What each row of such a file would do, and how the host is to be then (NULL: that field stays).
CREATE TABLE import_row (
	import_id       INTEGER NOT NULL REFERENCES import_batch (id) ON DELETE CASCADE,
	n               INTEGER NOT NULL,
	line            INTEGER NOT NULL,
	noun            TEXT    NOT NULL CHECK (noun IN ('host', 'subnet')),
	verdict         TEXT    NOT NULL CHECK (verdict IN ('add', 'change', 'same', 'refuse')),
	address         TEXT    NOT NULL,                 -- canonical, but of refused rows as it was written
	ip_key          BLOB,                             -- of a host that is not refused
	reason          TEXT    NOT NULL DEFAULT '',
	row_id          INTEGER,                          -- what is there
	version         INTEGER,                          -- of it, when the row was judged
	home            TEXT,                             -- the block a new host lies in
	changes_json    TEXT    NOT NULL DEFAULT '[]',    -- field, old, new
	target_json     TEXT    NOT NULL DEFAULT '{}',    -- of subnets; of refused rows the cells
	hostname        TEXT,
	hostname_source TEXT,
	description     TEXT,
	tags_json       TEXT,
	notes           TEXT,
	mac             TEXT,
	snmp_enabled    INTEGER,
	PRIMARY KEY (import_id, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX import_row_by_verdict ON import_row (import_id, verdict, n);

-- Small facts about this installation: key and value.
CREATE TABLE setting (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
