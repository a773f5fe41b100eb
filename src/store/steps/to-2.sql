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
