package store

import (
	"cmp"
	"context"
	"errors"
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
	tasks    []task
	batches  chan<- batch
	stop     context.CancelFunc
	finished chan struct{}

	mu    sync.Mutex
	taken int   // tasks handed out
	rows  int64 // events sent
	done  []readFile
	err   error
}

// readFile is what came of one task.
type readFile struct {
	task
	ingest.File
	rejects []ingest.Reject
	changed bool // while it was read
}

func newReading(
	l *loader, tasks []task, batches chan<- batch, stop context.CancelFunc,
) *reading {
	return &reading{
		loader: l, tasks: tasks, batches: batches, stop: stop, finished: make(chan struct{}),
	}
}

func (r *reading) run(ctx context.Context, how func(*reading, context.Context)) {
	how(r, ctx)
	close(r.batches)
	close(r.finished)
}

// files reads tasks side by side, and puts archives off.
func (r *reading) files(ctx context.Context) {
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() { r.work(ctx) })
	}
	wg.Wait()
}

func (r *reading) work(ctx context.Context) {
	for {
		t, ok := r.next()
		if !ok || ctx.Err() != nil {
			return
		}
		f, err := r.read(ctx, t)
		r.mu.Lock()
		if errors.Is(err, ingest.ErrArchive) {
			r.loader.archives = append(r.loader.archives, t)
			err = nil
		} else {
			r.done = append(r.done, f)
		}
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
	if r.err != nil || r.taken == len(r.tasks) || r.rows >= r.loader.options.RowsPerCommit {
		return task{}, false
	}
	r.taken++
	return r.tasks[r.taken-1], true
}

// read reads one file. A file that cannot be opened is a row of table files with a reject, as
// one that breaks in the middle is: the other files load.
func (r *reading) read(ctx context.Context, t task) (readFile, error) {
	f, err := os.Open(t.Path)
	if err != nil {
		return unreadable(t, err), nil
	}
	defer f.Close()
	before := stateOf(f)
	s := &sink{done: ctx.Done(), reading: r, file: t.id}
	info, err := ingest.Read(ctx, t.Name, f, r.loader.ingest, s)
	if err != nil {
		return readFile{}, fmt.Errorf("%s: %w", t.Name, err)
	}
	return readFile{
		task: t, File: info, rejects: s.rejects, changed: stateOf(f) != before,
	}, nil
}

// state is what changes when a file is written to.
type state struct {
	size, modified int64
}

func stateOf(f *os.File) state {
	info, err := f.Stat()
	if err != nil {
		return state{}
	}
	return state{info.Size(), info.ModTime().UnixNano()}
}

func unreadable(t task, err error) readFile {
	return readFile{
		task:    t,
		File:    ingest.File{Form: "unreadable", Bytes: t.Size, Records: 1, Rejects: 1},
		rejects: []ingest.Reject{{Pos: 1, Reason: reasonOf(err)}},
	}
}

// archives reads archives one after the other, so that the files in them get their ids in order.
func (r *reading) archives(ctx context.Context) {
	for {
		t, ok := r.next()
		if !ok || ctx.Err() != nil {
			return
		}
		if err := r.archive(ctx, t); err != nil {
			r.mu.Lock()
			r.err = err
			r.mu.Unlock()
			r.stop()
			return
		}
	}
}

// archive reads an archive and the files in it, each of which is a row of table files.
func (r *reading) archive(ctx context.Context, t task) error {
	t.id = r.loader.nextID()
	f, err := os.Open(t.Path)
	if err != nil {
		r.done = append(r.done, unreadable(t, err))
		return nil
	}
	defer f.Close()
	before := stateOf(f)
	s := &sink{done: ctx.Done(), reading: r, file: t.id}
	info, err := ingest.ReadArchive(ctx, t.Name, f, r.loader.ingest, s,
		func(name string, read func(ingest.Sink) (ingest.File, error)) error {
			m := task{LoadFile: LoadFile{Name: name}, id: r.loader.nextID()}
			s := &sink{done: ctx.Done(), reading: r, file: m.id}
			info, err := read(s)
			if err == nil {
				r.done = append(r.done, readFile{task: m, File: info, rejects: s.rejects})
			}
			return err
		})
	if err != nil {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	r.done = append(r.done, readFile{
		task: t, File: info, rejects: s.rejects, changed: stateOf(f) != before,
	})
	return nil
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
