package detect

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// readResponders reads who ended the exposed secrets. The case need not name them; whom it does not
// name, an answer only calls likely.
func readResponders(ctx context.Context, db Querier, r *Result) error {
	type act struct {
		who Responder
		did Rotation
	}
	acts, err := collect(ctx, db, `
		SELECT t.actor, coalesce(t.credential, ''), t.named, t.same_name, t.secret, t.how, t.at,
		  coalesce(t.ip, ''), t.event
		FROM rotations t
		ORDER BY t.named, t.actor, t.at, t.secret, t.event, t.credential, t.how, t.ip, t.file, t.pos`,
		func(rows *sql.Rows) (a act, err error) {
			var key string
			err = rows.Scan(&a.who.Actor, &key, &a.who.Named, &a.who.SameName, &a.did.Secret,
				&a.did.How, &a.did.At, &a.did.IP, &a.did.Event)
			a.did.At, a.did.Credential = a.did.At.UTC(), key
			return a, err
		})
	if err != nil {
		return fmt.Errorf("responders: %w", err)
	}
	r.Responders = []Responder{}
	for _, a := range acts {
		n := len(r.Responders)
		if n == 0 || r.Responders[n-1].Actor != a.who.Actor || r.Responders[n-1].Named != a.who.Named {
			a.who.FirstSeen, a.who.Findings = a.did.At, []string{}
			r.Responders, n = append(r.Responders, a.who), n+1
		}
		w := &r.Responders[n-1]
		w.SameName = w.SameName || a.who.SameName
		w.LastSeen = a.did.At
		w.Rotations = append(w.Rotations, a.did)
	}
	for i := range r.Responders {
		w := &r.Responders[i]
		w.Credentials = w.distinct(func(x Rotation) string { return x.Credential })
		w.IPs = w.distinct(func(x Rotation) string { return x.IP })
	}
	markResponders(r)
	return nil
}

// distinct are the values that its rotations have of one thing, sorted.
func (w *Responder) distinct(value func(Rotation) string) []string {
	out := []string{}
	for _, x := range w.Rotations {
		if v := value(x); v != "" {
			out = append(out, v)
		}
	}
	return distinctSorted(out)
}

// Secrets are the ids of the secrets that it ended, sorted.
func (w *Responder) Secrets() []string {
	return w.distinct(func(x Rotation) string { return x.Secret })
}

// markResponders says of findings that are tied to no secret that they are the acts of a likely
// responder. They keep their level: who rotates may be the intruder, and only the case can say that
// he is not. In whose name an exposed secret acts too, nothing is said.
func markResponders(r *Result) {
	likely := map[string]*Responder{}
	for i := range r.Responders {
		if w := &r.Responders[i]; !w.Named && !w.SameName {
			likely[strings.ToLower(w.Actor)] = w
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Secret != "" || len(f.Actors) == 0 || len(f.Actors) >= maxValues ||
			slices.ContainsFunc(f.Actors, func(a string) bool { return likely[strings.ToLower(a)] == nil }) {
			continue
		}
		var ended []string
		for _, a := range f.Actors {
			w := likely[strings.ToLower(a)]
			w.Findings = append(w.Findings, f.ID)
			ended = append(ended, w.Secrets()...)
		}
		f.Attributes["likely_responder"] = fmt.Sprintf("%s ended %s: name under responders in "+
			"case.yaml who is yours", some(f.Actors, 2),
			plural(int64(len(distinctSorted(ended))), "exposed secret"))
	}
}

// nameResponders says for a secret that is not clear whom to name, if the case does not.
func nameResponders(a SecretAnswer, all []Responder) (steps []string) {
	if a.Verdict.Rank() > Unknown.Rank() {
		return nil
	}
	for i := range all {
		if w := &all[i]; !w.Named && slices.Contains(w.Secrets(), a.ID) {
			steps = append(steps, w.toName())
		}
	}
	return steps
}

// toName is the step of asking who it was. A name in which an exposed secret acts too is not to be
// named: all that is done in it would count as a responder's.
func (w *Responder) toName() string {
	switch {
	case !w.SameName:
		return fmt.Sprintf("%s ended it: name %s under responders in case.yaml if that is one of yours, "+
			"else take it for the intruder's act.", w.Actor, w.Actor)
	case len(w.Credentials) == 0:
		return w.Actor + " ended it, and an exposed secret acts in that name too: ask who it was."
	}
	return fmt.Sprintf("%s ended it, and an exposed secret acts in that name too: ask who it was. If one "+
		"of yours, name the credential under responders in case.yaml, not the name: %s.", w.Actor,
		some(w.Credentials, 3))
}
