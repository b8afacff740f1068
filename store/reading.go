package store

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"

	"breachwindow/ingest"
)

// reading is the reading side of one transaction: a few goroutines, one per core, each reading a
// file at a time, since decompressing and parsing take as long as DuckDB's storing does.
type reading struct {
	loader   *loader
	batches  chan<- batch
	stop     context.CancelFunc
	finished chan struct{}

	mu    sync.Mutex
	taken int   // tasks handed out
	rows  int64 // events sent
	files []readFile
	err   error
}

// readFile is what came of one task.
type readFile struct {
	task
	ingest.File
	rejects []ingest.Reject
}

func newReading(l *loader, batches chan<- batch, stop context.CancelFunc) *reading {
	return &reading{loader: l, batches: batches, stop: stop, finished: make(chan struct{})}
}

func (r *reading) run(ctx context.Context) {
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() { r.work(ctx) })
	}
	wg.Wait()
	close(r.batches)
	close(r.finished)
}

func (r *reading) work(ctx context.Context) {
	for {
		t, ok := r.next()
		if !ok || ctx.Err() != nil {
			return
		}
		f, err := r.read(ctx, t)
		r.mu.Lock()
		r.files = append(r.files, f)
		r.err = cmp.Or(r.err, err)
		r.mu.Unlock()
		if err != nil {
			r.stop()
			return
		}
	}
}

// next hands out a task until the transaction is full.
func (r *reading) next() (task, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	todo := r.loader.todo
	if r.err != nil || r.taken == len(todo) || r.rows >= r.loader.options.RowsPerCommit {
		return task{}, false
	}
	r.taken++
	return todo[r.taken-1], true
}

// read reads one file. A file that cannot be opened is a row of table files with a reject, as
// one that breaks in the middle is: the other files load.
func (r *reading) read(ctx context.Context, t task) (readFile, error) {
	f, err := os.Open(t.Path)
	if err != nil {
		return readFile{
			task:    t,
			File:    ingest.File{Form: "unreadable", Bytes: t.Size, Records: 1, Rejects: 1},
			rejects: []ingest.Reject{{Pos: 1, Reason: reasonOf(err)}},
		}, nil
	}
	defer f.Close()
	s := &sink{done: ctx.Done(), reading: r, file: t.id}
	info, err := ingest.Read(ctx, t.Name, f, r.loader.ingest, s)
	if err != nil {
		return readFile{}, fmt.Errorf("%s: %w", t.Name, err)
	}
	return readFile{task: t, File: info, rejects: s.rejects}, nil
}

// sink passes a file's events on to DuckDB and keeps its rejects for the end.
type sink struct {
	done    <-chan struct{}
	reading *reading
	file    int32
	rejects []ingest.Reject
}

func (s *sink) Events(events []ingest.Event) error {
	select {
	case <-s.done:
		return context.Canceled
	case s.reading.batches <- batch{file: s.file, events: events}:
	}
	s.reading.mu.Lock()
	s.reading.rows += int64(len(events))
	s.reading.mu.Unlock()
	return nil
}

func (s *sink) Reject(r ingest.Reject) error {
	s.rejects = append(s.rejects, r)
	return nil
}
