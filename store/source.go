package store

import (
	"errors"
	"runtime"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"breachwindow/ingest"
)

// batch is some events of one file, on their way to DuckDB.
type batch struct {
	file   int32
	events []ingest.Event
}

// eventSource is the table function that hands batches to DuckDB as rows of table events. DuckDB
// pulls from several threads; each holds the rest of a batch in its own state. Values are
// copied by the driver's call: no pointer into Go's memory stays behind.
type eventSource struct {
	done    <-chan struct{}
	batches <-chan batch
}

// rest is what a DuckDB thread has not handed over yet of its batch, and the rows that it hands
// over now.
type rest struct {
	batch
	rows []row
}

// row is an event and the file that it is of.
type row struct {
	*ingest.Event
	file int32
}

// column fills one column of table events from an event; "" is NULL.
type column struct {
	name string
	kind duckdb.Type
	text func(*ingest.Event) string // for TYPE_VARCHAR
}

// eventColumns are the columns of table events, in its order.
var eventColumns = []column{
	{name: "source", text: func(e *ingest.Event) string { return e.Source }},
	{name: "event_id", text: func(e *ingest.Event) string { return e.EventID }},
	{name: "time", kind: duckdb.TYPE_TIMESTAMP},
	{name: "account", text: func(e *ingest.Event) string { return e.Account }},
	{name: "region", text: func(e *ingest.Event) string { return e.Region }},
	{name: "service", text: func(e *ingest.Event) string { return e.Service }},
	{name: "action", text: func(e *ingest.Event) string { return e.Action }},
	{name: "actor", text: func(e *ingest.Event) string { return e.Actor }},
	{name: "actor_kind", text: func(e *ingest.Event) string { return e.ActorKind }},
	{name: "credential", text: func(e *ingest.Event) string { return e.Credential }},
	{name: "credential_kind", text: func(e *ingest.Event) string { return e.CredentialKind }},
	{name: "session", text: func(e *ingest.Event) string { return e.Session }},
	{name: "via", text: func(e *ingest.Event) string { return e.Via }},
	{name: "minted", text: func(e *ingest.Event) string { return e.Minted }},
	{name: "target", text: func(e *ingest.Event) string { return e.Target }},
	{name: "ip", text: func(e *ingest.Event) string { return e.IP }},
	{name: "agent", text: func(e *ingest.Event) string { return e.Agent }},
	{name: "outcome", text: func(e *ingest.Event) string { return e.Outcome }},
	{name: "error", text: func(e *ingest.Event) string { return e.Error }},
	{name: "read_only", kind: duckdb.TYPE_BOOLEAN},
	{name: "details", text: func(e *ingest.Event) string { return e.Details }},
	{name: "file", kind: duckdb.TYPE_INTEGER},
	{name: "pos", kind: duckdb.TYPE_BIGINT},
	{name: "category", text: func(e *ingest.Event) string { return e.Category }},
}

func (s *eventSource) ColumnInfos() []duckdb.ColumnInfo {
	infos := make([]duckdb.ColumnInfo, len(eventColumns))
	for i, c := range eventColumns {
		kind := c.kind
		if c.text != nil {
			kind = duckdb.TYPE_VARCHAR
		}
		info, err := duckdb.NewTypeInfo(kind)
		if err != nil {
			panic(err) // only a type that needs parameters can fail
		}
		infos[i] = duckdb.ColumnInfo{Name: c.name, T: info}
	}
	return infos
}

func (s *eventSource) Cardinality() *duckdb.CardinalityInfo { return nil }

func (s *eventSource) Init() duckdb.ParallelTableSourceInfo {
	return duckdb.ParallelTableSourceInfo{MaxThreads: runtime.GOMAXPROCS(0)}
}

func (s *eventSource) NewLocalState() any { return &rest{} }

// FillChunk hands over the next rows, none at the end. What a chunk costs beside its rows, DuckDB
// pays per column, so several small batches go into one; but each holds on to the memory that its
// file was read into.
func (s *eventSource) FillChunk(state any, chunk duckdb.DataChunk) error {
	const enoughRows, mostBatches = 256, 32
	r := state.(*rest)
	r.rows = r.rows[:0]
	for i := 0; i < mostBatches && len(r.rows) < enoughRows; i++ {
		if len(r.events) == 0 {
			more, err := s.next(r)
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
		n := min(len(r.events), duckdb.GetDataChunkCapacity()-len(r.rows))
		for i := range n {
			r.rows = append(r.rows, row{&r.events[i], r.file})
		}
		r.events = r.events[n:]
	}
	if err := chunk.SetSize(len(r.rows)); err != nil {
		return err
	}
	for i, c := range eventColumns {
		if err := fillColumn(chunk, i, c, r.rows); err != nil {
			return err
		}
	}
	return nil
}

// next waits for the next batch; there is none at the end.
func (s *eventSource) next(r *rest) (bool, error) {
	select {
	case <-s.done:
		return false, errors.New("load was interrupted")
	case b, ok := <-s.batches:
		r.batch = b
		return ok, nil
	}
}

func fillColumn(chunk duckdb.DataChunk, i int, c column, rows []row) error {
	if c.text != nil {
		return fillText(chunk, i, c, rows)
	}
	for n, e := range rows {
		var err error
		switch c.name {
		case "time":
			err = duckdb.SetChunkValue(chunk, i, n, time.UnixMicro(e.Time).UTC())
		case "file":
			err = duckdb.SetChunkValue(chunk, i, n, e.file)
		case "pos":
			err = duckdb.SetChunkValue(chunk, i, n, e.Pos)
		case "read_only":
			if e.ReadOnly < 0 {
				err = chunk.SetValue(i, n, nil)
			} else {
				err = duckdb.SetChunkValue(chunk, i, n, e.ReadOnly == 1)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func fillText(chunk duckdb.DataChunk, i int, c column, rows []row) error {
	vector, err := chunk.GetVector(i)
	if err != nil {
		return err
	}
	w, err := duckdb.GetVectorWriter[string](vector)
	if err != nil {
		return err
	}
	for n, e := range rows {
		if text := c.text(e.Event); text != "" {
			err = w.Set(n, text)
		} else {
			err = w.SetNull(n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
