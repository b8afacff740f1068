package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"

	"breachwindow/detect"
	"breachwindow/internal/archive"
)

// sourceFile is a file of the manifest.
type sourceFile struct {
	id           int32
	path, sha256 string
	bytes        int64
	root         int32  // in evidence.files: itself, or the outermost archive that it is in
	events       int64  // of it in events.jsonl
	problem      string // why its records cannot be read again
	spooled      int64  // where its records begin in the spool; -1: there are none
}

// ref says that an event stands behind something. There is one for each row of each detection, so
// it is small: this is all that is in memory of them. An event is where it stands and the hash of
// its id, since several may stand on one line; hash 0 is whatever stands there.
type ref struct {
	file  int32 // in evidence.files
	what  int32 // a finding of the Result; below 0, ^what is a secret of evidence.secrets
	pos   int64
	event uint64
}

func (r ref) compare(o ref) int {
	return cmp.Or(cmp.Compare(r.file, o.file), cmp.Compare(r.pos, o.pos),
		cmp.Compare(r.event, o.event), cmp.Compare(r.what, o.what))
}

func hashOfID(id string) uint64 {
	if id == "" {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(id))
	return h.Sum64() | 1
}

// readFiles reads the manifest, in the order that all else follows.
func (e *evidence) readFiles(ctx context.Context) (err error) {
	rows, err := e.db.QueryContext(ctx, `
		SELECT id, path, sha256, bytes, form LIKE 'archive/%' FROM files ORDER BY path, sha256`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	archives := map[string]int32{}
	for rows.Next() {
		f := sourceFile{root: int32(len(e.files)), spooled: -1} //nolint:gosec // ids are as wide
		var isArchive bool
		if err := rows.Scan(&f.id, &f.path, &f.sha256, &f.bytes, &isArchive); err != nil {
			return err
		}
		if isArchive {
			archives[f.path] = f.root
		}
		e.files = append(e.files, f)
	}
	isArchive := func(path string) bool { _, is := archives[path]; return is }
	for i := range e.files {
		if around := archive.Outermost(e.files[i].path, isArchive); around != "" {
			e.files[i].root = archives[around]
		}
	}
	return rows.Err()
}

// collect finds the events that stand behind the findings and the uses in a window.
func (e *evidence) collect(ctx context.Context) error {
	c := collector{evidence: e, finding: map[string]int32{}, order: map[int32]int32{}}
	for i := range e.result.Findings {
		c.finding[e.result.Findings[i].ID] = int32(i)
	}
	for i, f := range e.files {
		c.order[f.id] = int32(i)
	}
	e.findings = make([]evidenceCount, len(e.result.Findings))
	if err := detect.Rows(ctx, e.db, e.queries, e.c.name, c.row); err != nil {
		return err
	}
	if err := c.uses(ctx); err != nil {
		return fmt.Errorf("uses: %w", err)
	}
	for chunk := range slices.Chunk(c.loose, 1000) {
		if err := c.place(ctx, chunk); err != nil {
			return fmt.Errorf("events: %w", err)
		}
	}
	slices.SortFunc(e.refs, ref.compare)
	e.refs = slices.Clip(slices.Compact(e.refs))
	return nil
}

type collector struct {
	*evidence
	finding map[string]int32
	order   map[int32]int32 // of a file's id in evidence.files
	loose   []looseRef
}

// looseRef names an event by its id alone.
type looseRef struct {
	source, id string
	what       int32
}

func (c *collector) row(r detect.Row) error {
	what, ok := c.finding[r.Finding]
	if !ok {
		return fmt.Errorf("a row of finding %s, which is not in the result", r.Finding)
	}
	c.findings[what].rows++
	file, known := c.order[r.File]
	switch {
	case r.Pos > 0 && known:
		c.refs = append(c.refs, ref{file, what, r.Pos, hashOfID(r.EventID)})
	case r.EventID != "":
		c.loose = append(c.loose, looseRef{r.Source, r.EventID, what})
	}
	return nil
}

// uses adds the uses in a window, whatever the detections find of them.
func (c *collector) uses(ctx context.Context) (err error) {
	rows, err := c.db.QueryContext(ctx, `
		SELECT secret, event_id, file, pos FROM uses WHERE phase = 'window' ORDER BY secret`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var secret, event string
		var file int32
		var pos int64
		if err := rows.Scan(&secret, &event, &file, &pos); err != nil {
			return err
		}
		if n := len(c.secrets); n == 0 || c.secrets[n-1] != secret {
			c.secrets = append(c.secrets, secret)
		}
		what := ^int32(len(c.secrets) - 1) //nolint:gosec // as many as the inventory has
		c.refs = append(c.refs, ref{c.order[file], what, pos, hashOfID(event)})
	}
	return rows.Err()
}

// place finds events by their ids.
func (c *collector) place(ctx context.Context, loose []looseRef) (err error) {
	sources, ids := make([]string, len(loose)), make([]string, len(loose))
	for i, l := range loose {
		sources[i], ids[i] = l.source, l.id
	}
	rows, err := c.db.QueryContext(ctx, `
		SELECT l.n - 1, e.file, e.pos FROM (
		  SELECT unnest(CAST($1 AS VARCHAR[])) AS source, unnest(CAST($2 AS VARCHAR[])) AS id,
		    unnest(range(1, len($1) + 1)) AS n) l
		JOIN events e ON e.event_id = l.id AND e.source = l.source`, sources, ids)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var n, pos int64
		var file int32
		if err := rows.Scan(&n, &file, &pos); err != nil {
			return err
		}
		c.refs = append(c.refs, ref{c.order[file], loose[n].what, pos, hashOfID(loose[n].id)})
	}
	return rows.Err()
}
