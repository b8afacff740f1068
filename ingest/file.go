package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"breachwindow/internal/archive"
)

const (
	batchSize = 2048    // events handed over at once: DuckDB's vector
	maxHeld   = 1 << 20 // records without a known form before recognition gives up
	maxTold   = 100     // of these, how many keep their reason
)

// file is the state of reading one file.
type file struct {
	ctx     context.Context //nolint:containedctx // lives as long as one Read, which has it
	name    string
	opt     Options
	sink    Sink
	stored  *stored
	blocks  blocks
	mapper  mapper
	opener  opener
	budget  *budget
	each    Each          // of the files in an archive
	depth   int           // how many archives it stands in
	members archive.Names // of the files in the archive
	skip    bool          // it is no log by its name
	wanted  *capture      // of the records that are looked for in an archive
	sheet   *sheet        // whose row the record at hand stands in
	account File
	batch   []Event

	// Until a record of a known log is seen, records are held: they may all be of one form
	// that is no log, or the file may be none.
	held    []held
	untold  []int64 // positions beyond maxTold
	strays  int     // held records that are of no known form at all
	empty   string  // the form of a document without records
	outer   []byte  // what of the file the record at hand stands in, if not itself
	prefix  string  // names the form of lines that begin with something else
	look    string  // what text that is not JSON looks like
	framing framing
	byLine  bool  // positions are line numbers
	line    int64 // number of the current line
	count   int64 // records so far
	told    bool  // what stands at the end of the data has been rejected
	capture *capture

	source    string // of the first record of a known log; "" in a table, which is of one
	signature []byte // how records start, from the first one
	restarted bool   // an element follows without its comma, which was skipped
}

// held is a record that awaits recognition: a reject, or an entry of a form that is no log.
type held struct {
	Reject
	form string // of the form that is no log
}

// framing is how records are put together in a file.
type framing uint8

const (
	wrapped framing = iota // in the array of a document: {"Records":[…]}
	array                  // elements of an array
	lines                  // one a line
	apart                  // one after the other, over several lines or several a line
	inCells                // one in a cell of each row of CSV
	framings
)

func newFile(ctx context.Context, name string, r io.Reader, opt Options, sink Sink) *file {
	s := newStored(ctx, r, opt.Progress)
	b := &budget{left: opt.MaxExpand, most: opt.MaxExpand}
	return &file{
		ctx: ctx, name: name, opt: opt, sink: sink, stored: s, line: 1, budget: b,
		opener: opener{max: opt.MaxRecord, budget: b},
	}
}

// read reads the file and closes its account.
func (f *file) read() error {
	err := f.readForm()
	if err == errStop { //nolint:errorlint // never wrapped
		err = nil
	}
	if err != nil {
		return err
	}
	if f.capture != nil {
		return f.capture.end()
	}
	f.stored.drain()
	if err := f.ctx.Err(); err != nil {
		return err
	}
	f.account.Bytes, f.account.SHA256 = f.stored.bytes, f.stored.hexSum()
	if err := f.settle(); err != nil {
		return err
	}
	return f.flush()
}

// readForm finds out what the file is and reads it so.
func (f *file) readForm() error {
	if f.skip {
		return nil
	}
	in, err := unpack(f.stored, f.budget)
	if err != nil {
		if f.ctx.Err() != nil {
			return f.ctx.Err()
		}
		return f.reject(1, err.Error(), nil)
	}
	defer in.close()
	head, _ := in.Peek(archive.HeadSize) // what went wrong, reading on will tell
	if form := archive.FormOf(head); form != archive.None {
		return f.readArchive(form, in.Reader, in.layers > 0)
	}
	if bytes.HasPrefix(head, []byte(parquetMagic)) {
		return f.readParquet(in.Reader, in.layers > 0)
	}
	f.blocks = blocks{src: in, max: int(f.opt.MaxRecord) + mostBlock}
	f.blocks.need(512)
	head = f.blocks.rest()
	if hasBOM(head) {
		f.blocks.pos += len(bom)
		head = f.blocks.rest()
	}
	if look := lookOf(head); look != "" {
		return f.reject(1, "this is "+look, head)
	}
	if err := f.cut(); err != nil {
		return err
	}
	return f.ended()
}

// cut reads CSV if the first row is one that a table form knows, else JSON.
func (f *file) cut() error {
	if c, ok := f.skipSpace(); ok && c != '{' && c != '[' {
		if s, ok := f.tableOf(); ok {
			return f.readTable(s)
		}
		if form := formOfText(f.blocks.rest()); form != "" {
			f.empty = form
			return nil
		}
		f.look = describeText(f.blocks.rest())
	}
	return f.documents()
}

// ended rejects what broke the stream, unless the record that it cut has said so.
func (f *file) ended() error {
	err := f.blocks.broken()
	if err == nil || f.told || f.ctx.Err() != nil {
		return f.ctx.Err()
	}
	f.told = true
	return f.reject(f.next(), err.Error(), nil)
}

// next is the position of the record that comes next.
func (f *file) next() int64 {
	if f.byLine {
		return f.line
	}
	return f.count + 1
}

// reject accounts for a record that becomes no event.
func (f *file) reject(pos int64, reason string, raw []byte) error {
	f.count++
	if f.capture != nil {
		return f.capture.take(pos, f.standing(raw), f.masker())
	}
	r := Reject{Pos: pos, Reason: reason}
	if len(raw) > 0 {
		r.Excerpt = excerpt(raw)
	}
	if f.account.Form == "" {
		return f.hold(held{Reject: r})
	}
	return f.emit(r)
}

// standing is what of the file a record stands in.
func (f *file) standing(raw []byte) []byte {
	if f.outer != nil {
		return f.outer
	}
	return raw
}

func (f *file) emit(r Reject) error {
	f.account.Records++
	f.account.Rejects++
	return f.sink.Reject(r)
}

// hold keeps a record until the file's form is known.
func (f *file) hold(h held) error {
	if h.form == "" {
		f.strays++
	}
	if len(f.held) < maxTold {
		f.held = append(f.held, h)
		return nil
	}
	f.untold = append(f.untold, h.Pos)
	if len(f.untold) == maxHeld {
		return errStop
	}
	return nil
}

// recognised settles the file's form with the first record of a known log; what was held
// before it is rejected.
func (f *file) recognised(form string) error {
	f.account.Form = form
	for _, h := range f.held {
		if h.form != "" {
			h.Reason = "an entry of " + h.form + ", which is no log"
		}
		if err := f.emit(h.Reject); err != nil {
			return err
		}
	}
	for _, pos := range f.untold {
		err := f.emit(Reject{Pos: pos, Reason: "not a record of a log that is read here"})
		if err != nil {
			return err
		}
	}
	f.held, f.untold = nil, nil
	return nil
}

// settle decides the form of a file without a record of a known log.
func (f *file) settle() error {
	if f.account.Form != "" {
		return nil
	}
	for _, h := range f.held {
		if h.form != "" {
			f.account.Form = h.form
			break
		}
	}
	switch {
	case len(f.held) == 0 && f.empty != "":
		f.account.Form = f.empty
		return nil
	case len(f.held) == 0:
		return f.settleEmpty()
	case f.strays == 0:
		return nil
	case f.account.Form != "" && len(f.untold) == 0:
		return f.emitStrays()
	}
	f.account.Form = "unknown"
	r := f.held[0].Reject
	for _, h := range f.held {
		if h.form == "" {
			r = h.Reject
			break
		}
	}
	if f.look != "" {
		r.Reason = f.look
	}
	r.Reason += f.andOthers() + "; " + accepted
	return f.emit(r)
}

// emitStrays rejects what does not fit into a file of a form that is no log.
func (f *file) emitStrays() error {
	for _, h := range f.held {
		if h.form != "" {
			continue
		}
		if err := f.emit(h.Reject); err != nil {
			return err
		}
	}
	return nil
}

func (f *file) andOthers() string {
	n := len(f.held) + len(f.untold) - 1
	switch {
	case n == 0:
		return ""
	case len(f.untold) >= maxHeld:
		return fmt.Sprintf(" (nothing else in the first %d records either; "+
			"the rest was not read)", n+1)
	}
	return fmt.Sprintf(" (nor is there a log record among %d more)", n)
}

// slot returns the event to fill next.
func (f *file) slot() *Event {
	if f.batch == nil {
		size := batchSize
		if f.account.Events == 0 {
			size = batchSize / 16 // most files are small
		}
		f.batch = make([]Event, 0, size)
	}
	f.batch = append(f.batch, Event{})
	return &f.batch[len(f.batch)-1]
}

// unslot gives the last slot back.
func (f *file) unslot() {
	f.batch = f.batch[:len(f.batch)-1]
}

// accept accounts for the event in the last slot.
func (f *file) accept(e *Event) error {
	if f.account.Events == 0 || e.Time < f.account.First {
		f.account.First = e.Time
	}
	if f.account.Events == 0 || e.Time > f.account.Last {
		f.account.Last = e.Time
	}
	f.account.Records++
	f.account.Events++
	f.count++
	if len(f.batch) >= batchSize {
		return f.flush()
	}
	return nil
}

func (f *file) flush() error {
	if len(f.batch) == 0 {
		return nil
	}
	batch := f.batch
	f.batch = nil
	return f.sink.Events(batch)
}
