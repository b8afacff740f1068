package ingest

import (
	"slices"
	"strings"
)

// CloudTrail as tables: what Athena and CloudTrail Lake return and the console's event history.
// Columns are whatever was selected, under the names of the record's members.
var cloudTrailColumns = [...]column{
	{name: "eventversion"},
	{name: "useridentity", cell: cellStruct},
	{name: "eventtime"},
	{name: "eventsource"},
	{name: "eventname"},
	{name: "awsregion"},
	{name: "sourceipaddress"},
	{name: "useragent"},
	{name: "errorcode"},
	{name: "errormessage"},
	{name: "requestparameters", cell: cellMap},
	{name: "responseelements", cell: cellMap},
	{name: "additionaleventdata", cell: cellMap},
	{name: "serviceeventdetails", cell: cellMap},
	{name: "requestid"},
	{name: "eventid"},
	{name: "resources", cell: cellMap},
	{name: "eventtype"},
	{name: "apiversion"},
	{name: "readonly", cell: cellFlag},
	{name: "managementevent", cell: cellFlag},
	{name: "recipientaccountid"},
	{name: "sharedeventid"},
	{name: "vpcendpointid"},
	{name: "vpcendpointaccountid"},
	{name: "eventcategory"},
	{name: "sessioncredentialfromconsole"},
	{name: "tlsdetails", cell: cellStruct},
	{name: "addendum", cell: cellStruct},
	{name: "edgedevicedetails", cell: cellStruct},
	{name: "insightdetails", cell: cellStruct},
	{name: "eventcontext", cell: cellMap},
	{name: "eventdata", cell: cellMap}, // of what others bring into Lake
}

// historyColumns are those of the event history that the console exports.
var historyColumns = [...]column{
	{name: "user name", as: "userIdentity.userName"},
	{name: "aws access key", as: "userIdentity.accessKeyId"},
	{name: "event time", as: "eventTime"},
	{name: "event source", as: "eventSource"},
	{name: "event name", as: "eventName"},
	{name: "aws region", as: "awsRegion"},
	{name: "source ip address", as: "sourceIPAddress"},
	{name: "user agent", as: "userAgent"},
	{name: "error code", as: "errorCode"},
	{name: "resources", as: "resources", cell: cellMap},
	{name: "request id", as: "requestID"},
	{name: "event id", as: "eventID"},
	{name: "read-only", as: "readOnly", cell: cellFlag},
	{name: "event type", as: "eventType"},
	{name: "recipient account id", as: "recipientAccountId"},
	{name: "event category", as: "eventCategory"},
}

// isAthenaHeader knows Athena's names from Lake's, which have capitals.
func isAthenaHeader(names []string) bool {
	return isTrailHeader(names) && isAllLower(names)
}

func isLakeHeader(names []string) bool {
	return isTrailHeader(names) && !isAllLower(names)
}

func isAllLower(names []string) bool {
	return slices.Contains(names, "eventtime") || slices.Contains(names, "eventdata")
}

// isTrailHeader wants what makes an event, and one more column that only CloudTrail has. Events
// that others bring into Lake stand in eventData as a whole.
func isTrailHeader(names []string) bool {
	has := map[string]bool{}
	for _, name := range names {
		has[strings.ToLower(name)] = true
	}
	if has["eventdata"] {
		return has["eventtime"] || has["eventid"] || has["eventversion"] || has["eventcategory"]
	}
	return has["eventtime"] && has["eventname"] &&
		(has["eventsource"] || has["eventid"] || has["useridentity"] || has["eventversion"])
}

func isHistoryHeader(names []string) bool {
	has := map[string]bool{}
	for _, name := range names {
		has[strings.ToLower(name)] = true
	}
	return has["event time"] && has["event name"] && has["event source"]
}

func isCloudTrailRow(cells map[string]string) bool {
	if cells["eventdata"] != "" {
		return true
	}
	_, why := timeOf(cells["eventtime"])
	return why == "" && cells["eventname"] != ""
}

func isHistoryRow(cells map[string]string) bool {
	_, why := timeOf(cells["event time"])
	return why == "" && cells["event name"] != ""
}

// isWholeCloudTrail tells a cell that is a whole record.
func (m *mapper) isWholeCloudTrail() bool {
	return m.isString(m.top("eventName")) && m.isString(m.top("eventTime")) &&
		m.isString(m.top("eventVersion"))
}

// fromLake makes a record of a row of CloudTrail Lake's results, which is a list of objects
// with one member each; nil if b is none.
func (o *opener) fromLake(b []byte) []byte {
	if len(b) < minLetter || !o.isLakeRow(b) {
		return nil
	}
	o.assembler.begin()
	bad := ""
	eachElement(b, func(value []byte) {
		eachMember(value, func(key, cell []byte) {
			c := cloudTrailColumn(string(key))
			text := cell
			if cell[0] == '"' {
				text = unescape(nil, cell[1:len(cell)-1])
			} else if string(cell) == "null" {
				text = nil
			}
			if why := o.assembler.add(c, text); bad == "" {
				bad = why
			}
		})
	})
	if bad != "" {
		return nil
	}
	return o.assembled()
}

// fromText makes a record of the object that was just walked, if it is one whose objects are JSON
// in strings. why says which cannot be read.
func (o *opener) fromText() (record []byte, why string) {
	t := trail{mapper: &o.mapper}
	o.pick(0, &cloudTrailNames, true, t.f[:])
	if !t.isCloudTrail() || !t.hasText() {
		return nil, ""
	}
	o.assembler.begin()
	for c := int32(1); c < o.nodes[0].next; c = o.nodes[c].next {
		to, text := cloudTrailColumn(string(o.key(c))), o.raw(c)
		switch o.nodes[c].kind {
		case kindNull:
			continue
		case kindString:
			text = []byte(o.text(c))
		default:
			to.cell = cellJSON
		}
		if why := o.assembler.add(to, text); why != "" {
			return nil, why
		}
	}
	return o.assembled(), ""
}

// isLakeRow tells a list of at least two objects with one member each.
func (o *opener) isLakeRow(b []byte) bool {
	ok, n := true, 0
	eachElement(b, func(value []byte) {
		if n++; !ok || value[0] != '{' {
			ok = false
			return
		}
		members := 0
		eachMember(value, func([]byte, []byte) { members++ })
		ok = members == 1
	})
	return ok && n >= 2
}

// cloudTrailColumn is the column of this name, in its spelling.
func cloudTrailColumn(name string) column {
	lower := strings.ToLower(name)
	for _, c := range cloudTrailColumns {
		if c.name == lower {
			c.as = name
			return c
		}
	}
	return column{name: name, cell: cellOther}
}
