package geo

import "errors"

// CheckBuiltIn compares each built-in database with what is written of it.
func CheckBuiltIn() error {
	list, _, err := builtins()
	if err != nil {
		return err
	}
	for _, s := range list {
		c, ok := s.(*carried)
		if !ok {
			continue
		}
		data, err := inflate(map[string][]byte{"country": countryData, "asn": asnData}[c.kind])
		if err != nil {
			return err
		}
		r, err := c.open()
		if err != nil {
			return err
		}
		m := r.Metadata
		switch {
		case sumOf(data) != c.database.SHA256:
			return errors.New(c.database.Name + ": another sha256")
		case m.DatabaseType != c.database.Type, !m.BuildTime().Equal(c.database.Built):
			return errors.New(c.database.Name + ": another type or build time")
		}
	}
	return nil
}

// ReadRanges parses a list of ranges.
func ReadRanges(text []byte) error {
	_, err := readRanges(text)
	return err
}
