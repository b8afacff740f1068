package ingest

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// parquetMagic begins and ends a Parquet file.
const parquetMagic = "PAR1"

const parquetLabel = "parquet"

// readParquet reads the rows of a Parquet file as records of JSON, one a line: a record's position
// is the number of its row.
func (f *file) readParquet(in *bufio.Reader, packed bool) error {
	r, size, err := f.random(in, packed, parquetLabel)
	if err != nil {
		return f.unreadable(err)
	}
	defer r.Close()
	rows, err := openParquet(r, size)
	if err != nil {
		return f.unreadable(err)
	}
	defer rows.close()
	f.prefix, f.empty = parquetLabel, "empty"
	limited := &bounded{src: rows, budget: f.budget, what: parquetLabel}
	f.blocks = blocks{src: limited, max: int(f.opt.MaxRecord) + mostBlock}
	if err := f.documents(); err != nil {
		return err
	}
	return f.ended()
}

// unreadable rejects a file that cannot be read at all.
func (f *file) unreadable(err error) error {
	if f.ctx.Err() != nil {
		return f.ctx.Err()
	}
	return f.reject(1, err.Error(), nil)
}

// parquetRows is a reader of a Parquet file's rows as JSON, each a line. Columns without a value
// are left out.
type parquetRows struct {
	groups []parquet.RowGroup
	root   *parquet.Column
	rows   parquet.Rows // of the current group
	left   int64        // rows that the file should still have
	taken  [64]parquet.Row
	cursor [][]parquet.Value // by column: what is left of the current row
	out    []byte
	pos    int // of out: what was read
	err    error
}

// errParquet is the cause of what a damaged file makes the library do.
var errParquet = errors.New("the Parquet data are damaged or not supported")

func openParquet(r io.ReaderAt, size int64) (p *parquetRows, err error) {
	defer damaged(&err)
	if err := checkFooter(r, size); err != nil {
		return nil, err
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, parquetError(err)
	}
	p = &parquetRows{groups: file.RowGroups(), left: file.NumRows()}
	p.root = file.Root()
	p.cursor = make([][]parquet.Value, len(file.Schema().Columns()))
	return p, nil
}

// checkFooter makes sure that the footer is within the file: memory for it is taken before it is
// read.
func checkFooter(r io.ReaderAt, size int64) error {
	var end [8]byte // the footer's length, and the magic bytes
	if _, err := r.ReadAt(end[:], max(0, size-int64(len(end)))); err != nil {
		return parquetError(err)
	}
	length := int64(binary.LittleEndian.Uint32(end[:4]))
	if string(end[4:]) != parquetMagic || length > size-int64(len(end)) {
		return fmt.Errorf("%w: no footer: the file is truncated", errParquet)
	}
	return nil
}

// damaged makes an error of a panic: the library takes what a file says of itself for true.
func damaged(err *error) {
	if p := recover(); p != nil {
		*err = parquetError(p)
	}
}

// parquetError tells what the library says, which quotes names from the file.
func parquetError(what any) error {
	return fmt.Errorf("%w: %s", errParquet, excerpt(fmt.Append(nil, what)))
}

func (p *parquetRows) close() {
	if p.rows != nil {
		_ = p.rows.Close() // of what is in memory
	}
}

func (p *parquetRows) Read(b []byte) (int, error) {
	for p.pos == len(p.out) {
		if p.err != nil {
			return 0, p.err
		}
		p.out, p.pos = p.out[:0], 0
		p.err = p.more()
	}
	n := copy(b, p.out[p.pos:])
	p.pos += n
	return n, nil
}

// more puts the next rows into out. The error is io.EOF behind the last.
func (p *parquetRows) more() (err error) {
	defer damaged(&err)
	if p.rows == nil {
		if len(p.groups) == 0 && p.left != 0 {
			return parquetError(fmt.Sprintf("%d rows fewer than it should have", p.left))
		}
		if len(p.groups) == 0 {
			return io.EOF
		}
		p.rows = p.groups[0].Rows()
		p.groups = p.groups[1:]
	}
	n, err := p.rows.ReadRows(p.taken[:])
	p.left -= int64(n)
	for _, row := range p.taken[:n] {
		p.out = append(p.appendRow(p.out, row), '\n')
	}
	switch {
	case errors.Is(err, io.EOF):
		err = p.rows.Close()
		p.rows = nil
	case err == nil && n == 0:
		err = io.ErrNoProgress
	}
	if err != nil {
		err = parquetError(err)
	}
	return err
}

// appendRow appends a row. It panics if the row does not fit the columns.
func (p *parquetRows) appendRow(out []byte, row parquet.Row) []byte {
	clear(p.cursor)
	for from := 0; from < len(row); {
		column, to := row[from].Column(), from+1
		for to < len(row) && row[to].Column() == column {
			to++
		}
		p.cursor[column] = row[from:to]
		from = to
	}
	out = p.appendObject(out, p.root)
	for _, left := range p.cursor {
		if len(left) > 0 {
			panic("more values than the columns take")
		}
	}
	return out
}

// appendObject appends the members of a group that have a value.
func (p *parquetRows) appendObject(out []byte, group *parquet.Column) []byte {
	out = append(out, '{')
	start := len(out)
	for _, c := range group.Columns() {
		mark := len(out)
		if mark > start {
			out = append(out, ',')
		}
		out = append(appendQuoted(out, []byte(c.Name())), ':')
		var ok bool
		if out, ok = p.appendColumn(out, c); !ok {
			out = out[:mark]
		}
	}
	return append(out, '}')
}

// appendColumn appends the next value of a column. ok is false if it has none.
func (p *parquetRows) appendColumn(out []byte, c *parquet.Column) (_ []byte, ok bool) {
	switch {
	case !p.isDefined(c):
		p.pass(c)
		return out, false
	case c.Repeated():
		return p.appendList(out, c, c), true
	}
	return p.appendValue(out, c), true
}

// isDefined tells whether the next value of a column is not null. What nobody has stored has none.
func (p *parquetRows) isDefined(c *parquet.Column) bool {
	leaf := firstLeaf(c)
	return leaf != nil && p.cursor[leaf.Index()][0].DefinitionLevel() >= c.MaxDefinitionLevel()
}

// pass passes over a null, which every leaf below the column has.
func (p *parquetRows) pass(c *parquet.Column) {
	if c.Leaf() {
		p.cursor[c.Index()] = p.cursor[c.Index()][1:]
	}
	for _, below := range c.Columns() {
		p.pass(below)
	}
}

func firstLeaf(c *parquet.Column) *parquet.Column {
	if c.Leaf() {
		return c
	}
	for _, below := range c.Columns() {
		if leaf := firstLeaf(below); leaf != nil {
			return leaf
		}
	}
	return nil
}

// appendValue appends a value that is there.
func (p *parquetRows) appendValue(out []byte, c *parquet.Column) []byte {
	if c.Leaf() {
		v := p.cursor[c.Index()][0]
		p.pass(c)
		return appendParquet(out, v, c.Type())
	}
	switch of := c.Type().LogicalType(); {
	case of == nil || len(c.Columns()) != 1 || !c.Columns()[0].Repeated():
	case isLogical[*format.ListType](of):
		return p.appendWhole(out, c.Columns()[0], elementOf(c))
	case isLogical[*format.MapType](of) && len(c.Columns()[0].Columns()) == 2:
		return p.appendMap(out, c.Columns()[0])
	}
	return p.appendObject(out, c)
}

func isLogical[T format.LogicalTypeValue](of *format.LogicalType) bool {
	_, ok := of.Value.(T)
	return ok
}

// elementOf is the column of a list's elements. Old writers have it be the repeated column itself.
// The rules are those of the format's document on logical types, "Backward-compatibility rules".
func elementOf(list *parquet.Column) *parquet.Column {
	repeated := list.Columns()[0]
	inner := repeated.Columns()
	if len(inner) != 1 || repeated.Name() == "array" || repeated.Name() == list.Name()+"_tuple" {
		return repeated
	}
	return inner[0]
}

// appendWhole appends a list, an empty one too.
func (p *parquetRows) appendWhole(out []byte, repeated, element *parquet.Column) []byte {
	if !p.isDefined(repeated) {
		p.pass(repeated)
		return append(out, "[]"...)
	}
	return p.appendList(out, repeated, element)
}

func (p *parquetRows) appendList(out []byte, repeated, element *parquet.Column) []byte {
	out = append(out, '[')
	start := len(out)
	for ok := true; ok; ok = p.goesOn(repeated) {
		if len(out) > start {
			out = append(out, ',')
		}
		if element == repeated {
			out = p.appendValue(out, element)
			continue
		}
		var has bool
		if out, has = p.appendColumn(out, element); !has {
			out = append(out, "null"...)
		}
	}
	return append(out, ']')
}

// goesOn tells whether a repeated column has another value in the list at hand.
func (p *parquetRows) goesOn(repeated *parquet.Column) bool {
	left := p.cursor[firstLeaf(repeated).Index()]
	return len(left) > 0 && left[0].RepetitionLevel() == repeated.MaxRepetitionLevel()
}

// appendMap appends a map as an object.
func (p *parquetRows) appendMap(out []byte, pair *parquet.Column) []byte {
	if !p.isDefined(pair) {
		p.pass(pair)
		return append(out, "{}"...)
	}
	out = append(out, '{')
	start := len(out)
	for ok := true; ok; ok = p.goesOn(pair) {
		if len(out) > start {
			out = append(out, ',')
		}
		mark := len(out)
		out, _ = p.appendColumn(out, pair.Columns()[0])
		if len(out) == mark || out[mark] != '"' {
			name := bytes.Clone(out[mark:])
			out = appendQuoted(out[:mark], name)
		}
		out = append(out, ':')
		var has bool
		if out, has = p.appendColumn(out, pair.Columns()[1]); !has {
			out = append(out, "null"...)
		}
	}
	return append(out, '}')
}

// appendParquet appends a leaf's value: times in UTC with all their digits, bytes that are no text
// in base64.
func appendParquet(out []byte, v parquet.Value, typ parquet.Type) []byte {
	if of := typ.LogicalType(); of != nil {
		switch of := of.Value.(type) {
		case *format.TimestampType:
			return appendTime(out, unixTime(v.Int64(), of.Unit.Value.Duration()))
		case *format.DateType:
			day := time.Unix(int64(v.Int32())*24*60*60, 0).UTC()
			return appendQuoted(out, []byte(day.Format(time.DateOnly)))
		case *format.DecimalType:
			return appendDecimal(out, v, int(of.Scale))
		case *format.IntType:
			if !of.IsSigned {
				return strconv.AppendUint(out, unsigned(v), 10)
			}
		case *format.UUIDType:
			return appendQuoted(out, []byte(uuid.UUID(v.ByteArray()).String()))
		}
	}
	return appendPhysical(out, v)
}

// appendPhysical appends what has no meaning beyond its physical type.
func appendPhysical(out []byte, v parquet.Value) []byte {
	switch v.Kind() {
	case parquet.Boolean:
		return strconv.AppendBool(out, v.Boolean())
	case parquet.Int32:
		return strconv.AppendInt(out, int64(v.Int32()), 10)
	case parquet.Int64:
		return strconv.AppendInt(out, v.Int64(), 10)
	case parquet.Int96:
		return appendTime(out, int96Time(v.Int96()))
	case parquet.Float:
		return appendFloat(out, float64(v.Float()), 32)
	case parquet.Double:
		return appendFloat(out, v.Double(), 64)
	}
	b := v.ByteArray()
	if !utf8.Valid(b) {
		b = base64.StdEncoding.AppendEncode(nil, b)
	}
	return appendQuoted(out, b)
}

func unsigned(v parquet.Value) uint64 {
	if v.Kind() == parquet.Int32 {
		return uint64(v.Uint32())
	}
	return v.Uint64()
}

func unixTime(n int64, unit time.Duration) time.Time {
	perSecond := int64(time.Second / unit)
	seconds, rest := n/perSecond, n%perSecond
	return time.Unix(seconds, rest*int64(unit)).UTC()
}

// int96Time reads the time that Hive and Spark store: nanoseconds of a day, and its Julian number.
func int96Time(v deprecated.Int96) time.Time {
	const epoch = 2440588 // the Julian number of 1 January 1970
	nanos := int64(v[1])<<32 | int64(v[0])
	return time.Unix((int64(v[2])-epoch)*24*60*60, nanos).UTC()
}

func appendTime(out []byte, t time.Time) []byte {
	return appendQuoted(out, []byte(t.Format(time.RFC3339Nano)))
}

func appendFloat(out []byte, f float64, bits int) []byte {
	text := strconv.AppendFloat(nil, f, 'g', -1, bits)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return appendQuoted(out, text)
	}
	return append(out, text...)
}

func appendDecimal(out []byte, v parquet.Value, scale int) []byte {
	n := new(big.Int)
	switch v.Kind() {
	case parquet.Int32:
		n.SetInt64(int64(v.Int32()))
	case parquet.Int64:
		n.SetInt64(v.Int64())
	default: // two's complement, the highest byte first
		b := v.ByteArray()
		n.SetBytes(b)
		if len(b) > 0 && b[0] >= 0x80 {
			n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
		}
	}
	digits := []byte(n.Text(10))
	if scale == 0 {
		return append(out, digits...)
	}
	return append(append(append(out, digits...), 'e', '-'), strconv.Itoa(scale)...)
}
