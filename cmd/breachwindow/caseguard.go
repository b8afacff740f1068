package main

import (
	"fmt"
	"io"
	"os"

	"github.com/goccy/go-yaml/lexer"
	yamltoken "github.com/goccy/go-yaml/token"
)

// Bounds of case.yaml. The YAML library needs quadratic time in the number of keys and quadratic
// memory in the depth of nesting; a log that was saved under this name, or a file made to be read
// by nobody, must not take the machine. Real cases come nowhere near these.
const (
	maxCaseBytes = 1 << 20
	maxCaseDepth = 32
	maxCaseKeys  = 20_000
)

// readCaseFile reads case.yaml, unless it is too large to be one.
func readCaseFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxCaseBytes+1))
	if err == nil && len(text) > maxCaseBytes {
		err = fmt.Errorf("%s: it has more than 1 MiB, so it is no case: name folders and globs "+
			"under logs, not each file", name)
	}
	return text, err
}

// guardCase refuses what the YAML parser must not see, with its place.
func guardCase(name string, text []byte) error {
	depth, chain, keys := 0, 0, 0
	for _, t := range lexer.Tokenize(string(text)) {
		why := ""
		switch t.Type {
		case yamltoken.SequenceStartType, yamltoken.MappingStartType:
			depth++
		case yamltoken.SequenceEndType, yamltoken.MappingEndType:
			depth--
		case yamltoken.MappingValueType:
			keys++
		case yamltoken.AnchorType, yamltoken.AliasType, yamltoken.MergeKeyType:
			why = "an anchor or alias: write the value out"
		default:
		}
		if t.Type == yamltoken.SequenceEntryType || t.Type == yamltoken.MappingKeyType {
			chain++ // - - - - or ? ? ? ?, each one level deeper
		} else {
			chain = 0
		}
		switch {
		case depth > maxCaseDepth || chain > maxCaseDepth:
			why = fmt.Sprintf("nested more than %d deep: write plain lists", maxCaseDepth)
		case keys > maxCaseKeys:
			why = fmt.Sprintf("more than %d keys: name networks and globs, not each address and file",
				maxCaseKeys)
		}
		if why != "" {
			return fmt.Errorf("%s:%d:%d: %s", name, t.Position.Line, t.Position.Column, why)
		}
	}
	return nil
}
