package ingest

import (
	"slices"
	"strings"
)

// CircleCI as a table: the documented columns, which hold JSON, or those of a warehouse, in which
// the documented objects are taken apart (ACTOR_ID, ACTOR_TYPE …). A column that neither has is
// kept in details. The latter are also found in JSON, as {"logs":[{"ID":…}]}; either may have the
// whole record beside the columns, which then counts.

// circleCIColumns are those of the CSV export.
var circleCIColumns = [...]column{
	{name: "id", cell: cellText},
	{name: "version", cell: cellNumber},
	{name: "action", cell: cellText},
	{name: "occurred_at", cell: cellText},
	{name: "actor", cell: cellJSON},
	{name: "target", cell: cellJSON},
	{name: "scope", cell: cellJSON},
	{name: "payload", cell: cellJSON},
	{name: "metadata", cell: cellJSON},
	{name: "success", cell: cellFlag},
	{name: "request", cell: cellJSON},
	{name: "organization", cell: cellJSON},
	{name: "account", cell: cellJSON},
	{name: "common_fields", cell: cellJSON},
	{name: "actor_id", as: "actor.id"},
	{name: "actor_type", as: "actor.type"},
	{name: "actor_name", as: "actor.name"},
	{name: "target_id", as: "target.id"},
	{name: "target_type", as: "target.type"},
	{name: "target_name", as: "target.name"},
	{name: "scope_id", as: "scope.id"},
	{name: "scope_type", as: "scope.type"},
	{name: "scope_name", as: "scope.name"},
	{name: "account_id", as: "account.id"},
	{name: "account_type", as: "account.type"},
	{name: "account_name", as: "account.name"},
	{name: "organization_id", as: "organization.id"},
	{name: "organization_type", as: "organization.type"},
	{name: "organization_name", as: "organization.name"},
	{name: "request_id", as: "request.id"},
	{name: "request_ip_address", as: "request.ip_address"},
	{name: "request_client_trace_id", as: "request.client_trace_id"},
}

// circleCIOrders are the orders in which the documentation lists the columns; which one
// the export has is not documented, so a row must fit.
var circleCIOrders = [...][]string{
	{
		"id", "version", "action", "occurred_at", "actor", "target", "scope", "payload", "metadata",
		"success", "request", "organization", "account", "common_fields",
	},
	{
		"action", "actor", "target", "payload", "occurred_at", "metadata", "id", "version", "scope",
		"success", "request", "organization", "account", "common_fields",
	},
}

// isCircleCIHeader wants the two columns without which there is no event.
func isCircleCIHeader(names []string) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(names, func(s string) bool { return strings.EqualFold(s, name) })
	}
	return has("action") && has("occurred_at")
}

// isCircleCIRow tells a row from text that only has as many commas.
func isCircleCIRow(cells map[string]string) bool {
	_, why := timeOf(cells["occurred_at"])
	return why == "" && isWord(strings.NewReplacer(".", "_", "-", "_").Replace(cells["action"]))
}

func (m *mapper) isCircleCIEvent() bool {
	return m.isString(m.top("action")) && m.isString(m.top("occurred_at"))
}

// inColumns tells a record whose actor stands in columns.
func (b *build) inColumns() bool {
	return b.f[ciActor] == 0 && (b.foldedIn(0, "actor_id") > 0 || b.foldedIn(0, "actor_type") > 0)
}

// fromCircleCI makes a record of the object that was just walked, if its members are columns.
func (o *opener) fromCircleCI() (record []byte, why string) {
	at := o.foldedIn(0, "occurred_at")
	switch {
	case !o.isString(o.foldedIn(0, "action")) || at == 0:
		return nil, ""
	case o.text(at) == "":
		return nil, "no time: occurred_at is empty"
	}
	o.assembler.begin()
	for c := int32(1); c < o.nodes[0].next; c = o.nodes[c].next {
		column := circleCIColumn(string(o.key(c)))
		text := o.raw(c)
		if o.isScalar(c) {
			text = []byte(o.text(c))
		}
		if why := o.assembler.add(column, text); why != "" {
			return nil, why
		}
	}
	return o.assembled(), ""
}

// circleCIColumn is the column of this name. One that is not documented keeps its spelling.
func circleCIColumn(name string) column {
	lower := strings.ToLower(name)
	for _, c := range circleCIColumns {
		if c.name == lower {
			return c
		}
	}
	return column{name: name, cell: cellOther}
}
