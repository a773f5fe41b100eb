-- From format 1 to 2. Each part says what it is for; schema.sql shows the result.

-- Port scans can be cancelled.
CREATE TABLE scan_run_2 (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	subnet_id    INTEGER REFERENCES subnet (id) ON DELETE SET NULL,
	host_id      INTEGER REFERENCES host (id) ON DELETE SET NULL,
	trigger      TEXT    NOT NULL CHECK (trigger IN ('schedule', 'person')),
	state        TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
	requested_at INTEGER NOT NULL,
	started_at   INTEGER,
	finished_at  INTEGER,
	total        INTEGER NOT NULL DEFAULT 0,
	done         INTEGER NOT NULL DEFAULT 0,
	open_ports   INTEGER NOT NULL DEFAULT 0,
	method       TEXT,
	problem      TEXT,
	cancel_asked INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO scan_run_2
SELECT id, subnet_id, host_id, trigger, state, requested_at, started_at, finished_at, total, done, open_ports, method, problem, 0
FROM scan_run;
-- An id is never used again.
DELETE FROM sqlite_sequence WHERE name = 'scan_run_2';
INSERT INTO sqlite_sequence (name, seq) SELECT 'scan_run_2', seq FROM sqlite_sequence WHERE name = 'scan_run';
DROP TABLE scan_run;
ALTER TABLE scan_run_2 RENAME TO scan_run;
CREATE INDEX scan_run_open ON scan_run (state, id) WHERE state IN ('queued', 'running');
CREATE INDEX scan_run_by_time ON scan_run (finished_at);
CREATE INDEX scan_run_by_subnet ON scan_run (subnet_id);
CREATE INDEX scan_run_by_host ON scan_run (host_id);

-- Who did it, and from where.
ALTER TABLE event ADD COLUMN actor_kind TEXT CHECK (actor_kind IN ('person', 'token'));
ALTER TABLE event ADD COLUMN actor_id INTEGER;
ALTER TABLE event ADD COLUMN actor_name TEXT;
ALTER TABLE event ADD COLUMN actor_from TEXT;

-- A text is found by its trigrams; hosts that say nothing but that they answer are in no index of words.
DROP INDEX host_words;
CREATE INDEX host_words ON host (lower(hostname || char(10) || description || char(10) || tags_json || char(10) || ifnull(mac, '') || char(10) || ifnull(vendor, '') || char(10) || ptr_name || char(10) || snmp_name))
	WHERE lower(hostname || char(10) || description || char(10) || tags_json || char(10) || ifnull(mac, '') || char(10) || ifnull(vendor, '') || char(10) || ptr_name || char(10) || snmp_name) <> char(10, 10, 91, 93, 10, 10, 10, 10);
CREATE VIRTUAL TABLE host_word USING fts5 (words, content = '', tokenize = 'trigram', detail = 'none', columnsize = 0);
INSERT INTO host_word (rowid, words) SELECT id, lower(hostname || char(10) || description || char(10) || tags_json || char(10) || ifnull(mac, '') || char(10) || ifnull(vendor, '') || char(10) || ptr_name || char(10) || snmp_name)
FROM host WHERE lower(hostname || char(10) || description || char(10) || tags_json || char(10) || ifnull(mac, '') || char(10) || ifnull(vendor, '') || char(10) || ptr_name || char(10) || snmp_name) <> char(10, 10, 91, 93, 10, 10, 10, 10);
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

-- A deleted host can be brought back with its past: history, ports, events and dismissals no longer go with the row.
-- Tables are made anew without the reference; what names them is dropped and made again at the end.
DROP VIEW host_current;
CREATE TABLE host_status_2 (
	host_id    INTEGER NOT NULL,                      -- no reference: the past of a deleted host waits in host_grave
	ts         INTEGER NOT NULL,
	is_up      INTEGER NOT NULL,
	latency_us INTEGER,                               -- NULL: silent, or up and silent to pings
	PRIMARY KEY (host_id, ts)
) STRICT, WITHOUT ROWID;
INSERT INTO host_status_2 (host_id, ts, is_up, latency_us)
SELECT host_id, ts, is_up, latency_us FROM host_status;
DROP TABLE host_status;
ALTER TABLE host_status_2 RENAME TO host_status;
CREATE TABLE host_status_hour_2 (
	host_id        INTEGER NOT NULL,                  -- no reference, see host_status
	ts             INTEGER NOT NULL,
	up             INTEGER NOT NULL,
	down           INTEGER NOT NULL,
	latency_sum_us INTEGER NOT NULL,
	latency_min_us INTEGER,
	latency_max_us INTEGER,
	PRIMARY KEY (host_id, ts)
) STRICT, WITHOUT ROWID;
INSERT INTO host_status_hour_2 (host_id, ts, up, down, latency_sum_us, latency_min_us, latency_max_us)
SELECT host_id, ts, up, down, latency_sum_us, latency_min_us, latency_max_us FROM host_status_hour;
DROP TABLE host_status_hour;
ALTER TABLE host_status_hour_2 RENAME TO host_status_hour;
CREATE TABLE host_open_port_2 (
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
INSERT INTO host_open_port_2 (id, host_id, ts, port, proto, state, service, product, version, first_seen_at, last_seen_at, is_current)
SELECT id, host_id, ts, port, proto, state, service, product, version, first_seen_at, last_seen_at, is_current FROM host_open_port;
DROP TABLE host_open_port;
ALTER TABLE host_open_port_2 RENAME TO host_open_port;
CREATE TABLE event_2 (
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
INSERT INTO event_2 (id, ts, kind, subnet_id, host_id, ip, label, detail_json, actor_kind, actor_id, actor_name, actor_from)
SELECT id, ts, kind, subnet_id, host_id, ip, label, detail_json, actor_kind, actor_id, actor_name, actor_from FROM event;
DELETE FROM sqlite_sequence WHERE name = 'event_2';
INSERT INTO sqlite_sequence (name, seq) SELECT 'event_2', seq FROM sqlite_sequence WHERE name = 'event';
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;
CREATE TABLE dismissal_2 (
	kind         TEXT    NOT NULL CHECK (kind IN ('mac_changed', 'mac_conflict')),
	host_id      INTEGER NOT NULL,                    -- no reference, see host_status
	mac          TEXT    NOT NULL,
	dismissed_at INTEGER NOT NULL,
	PRIMARY KEY (kind, mac, host_id)
) STRICT, WITHOUT ROWID;
INSERT INTO dismissal_2 (kind, host_id, mac, dismissed_at)
SELECT kind, host_id, mac, dismissed_at FROM dismissal;
DROP TABLE dismissal;
ALTER TABLE dismissal_2 RENAME TO dismissal;
CREATE UNIQUE INDEX host_open_port_current ON host_open_port (host_id, proto, port) WHERE is_current = 1;
CREATE INDEX host_open_port_by_host ON host_open_port (host_id);
CREATE INDEX host_open_port_past ON host_open_port (ts) WHERE is_current = 0;
CREATE INDEX host_open_port_words ON host_open_port (port, service, product, host_id) WHERE is_current = 1;
CREATE INDEX host_open_port_by_service ON host_open_port (service, host_id) WHERE is_current = 1;
CREATE INDEX event_by_time ON event (ts);
CREATE INDEX event_by_host ON event (host_id, id);
CREATE INDEX event_by_subnet ON event (subnet_id, id);
CREATE INDEX dismissal_by_host ON dismissal (host_id);
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

-- The end of a reservation.
ALTER TABLE host ADD COLUMN expires_at INTEGER;
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

-- Users, sessions, tokens.
CREATE TABLE user (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	name          TEXT    NOT NULL UNIQUE COLLATE NOCASE,
	role          TEXT    NOT NULL CHECK (role IN ('viewer', 'editor', 'admin')),
	password_hash TEXT    NOT NULL,
	totp_secret   BLOB,
	totp_step     INTEGER NOT NULL DEFAULT 0,
	disabled_at   INTEGER,
	last_login_at INTEGER,
	created_at    INTEGER NOT NULL,
	updated_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_code (
	user_id   INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	code_hash BLOB    NOT NULL,
	PRIMARY KEY (user_id, code_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	token_hash BLOB    NOT NULL UNIQUE,
	user_id    INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	created_at INTEGER NOT NULL,
	seen_at    INTEGER NOT NULL,
	address    TEXT    NOT NULL,
	agent      TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE api_token (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	name       TEXT    NOT NULL,
	scope      TEXT    NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
	token_hash BLOB    NOT NULL UNIQUE,
	made_by    TEXT    NOT NULL,
	created_at INTEGER NOT NULL,
	expires_at INTEGER,
	used_at    INTEGER
) STRICT;

CREATE TABLE login_failure (
	key        TEXT    PRIMARY KEY,
	failures   INTEGER NOT NULL,
	last_at    INTEGER NOT NULL,
	blocked_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX login_failure_by_time ON login_failure (last_at);

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
