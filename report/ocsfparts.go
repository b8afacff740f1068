package report

import (
	"strings"
	"time"

	"breachwindow/detect"
)

// ocsfAttackOf names a technique, and its part where it has one.
func ocsfAttackOf(t technique) ocsfAttack {
	named := func(t technique) *ocsfNamed {
		return &ocsfNamed{UID: t.ID, Name: t.Name, SrcURL: t.url()}
	}
	out := ocsfAttack{Version: attackVersion}
	if p, ok := t.parent(); ok {
		out.Technique, out.SubTechnique = named(p), named(t)
		return out
	}
	out.Technique = named(t)
	return out
}

// ocsfResourceOf is the secret, by its name and what tells where it is; never its value.
func ocsfResourceOf(s detect.SecretAnswer) ocsfResource {
	out := ocsfResource{UID: s.ID, Name: s.ID, Type: s.Kind, RoleID: 3, Role: "Affected"}
	if s.Name != "" {
		out.Name = s.Name
	}
	if s.Owner != "" {
		out.Owner = &ocsfUser{Name: s.Owner}
	}
	at := func(t *time.Time) string { return orElse(t, stamp, "") }
	for _, tag := range []ocsfPair{
		{"stored_in", s.StoredIn},
		{"identifier", s.Identifier},
		{"verdict", string(s.Verdict)},
		{"rotation", s.Rotation},
		{"exposed_at", at(s.ExposedAt)},
		{"rotated_at", at(s.RotatedAt)},
		{"revoked_at", at(s.RevokedAt)},
		{"window_end", at(s.WindowEnd)},
	} {
		if tag.Value != "" {
			out.Tags = append(out.Tags, tag)
		}
	}
	return out
}

// evidences tell who acted, from where, by which call. A finding knows its addresses, actors and
// calls, but not which of them go together: only what there is one of stands beside the others.
func (m *ocsfMaker) evidences(f detect.Finding) []ocsfEvidence {
	var actors, calls, places []ocsfEvidence
	for _, name := range filled(f.Actors) {
		actors = append(actors, ocsfEvidence{Actor: ocsfActorOf(name, f.Credential)})
	}
	if len(actors) == 0 && f.Credential != "" {
		actors = []ocsfEvidence{{Actor: ocsfActorOf("", f.Credential)}}
	}
	for _, name := range filled(f.Actions) {
		calls = append(calls, ocsfEvidence{API: &ocsfAPI{name}})
	}
	for _, ip := range filled(f.IPs) {
		places = append(places, ocsfEvidence{SrcEndpoint: m.endpoint(ip)})
	}
	one := ocsfEvidence{}
	if len(actors) == 1 {
		one.Actor, actors = actors[0].Actor, nil
	}
	if len(calls) == 1 {
		one.API, calls = calls[0].API, nil
	}
	if len(places) == 1 {
		one.SrcEndpoint, places = places[0].SrcEndpoint, nil
	}
	var out []ocsfEvidence
	if one != (ocsfEvidence{}) {
		out = append(out, one)
	}
	return append(append(append(out, places...), actors...), calls...)
}

// filled leaves out empty texts.
func filled(values []string) (out []string) {
	for _, v := range values {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

func ocsfActorOf(name, credential string) *ocsfActor {
	user := ocsfUser{Name: name}
	if strings.HasPrefix(name, "arn:") {
		user.UID = name
	}
	if credential != "" {
		user.Credentials = []ocsfCredential{{credential}}
		if name == "" {
			user.UID = credential // a user must have one of uid, name and account
		}
	}
	return &ocsfActor{user}
}

// endpoint is an address with what is known of it, or the service that a log names in its place.
func (m *ocsfMaker) endpoint(ip string) *ocsfEndpoint {
	if !isAddress(ip) {
		return &ocsfEndpoint{SvcName: ip}
	}
	out := &ocsfEndpoint{IP: ip}
	a := m.known[ip]
	if a.ASN != 0 || a.Organisation != "" {
		out.AS = &ocsfAS{a.ASN, a.Organisation}
	}
	if a.Country != "" || a.City != "" {
		out.Location = &ocsfLocation{a.Country, a.City}
	}
	return out
}

// observablesOf are what a SIEM searches for: addresses, users, the credential, the secret.
func observablesOf(f detect.Finding) (out []ocsfObservable) {
	for _, ip := range f.IPs {
		if isAddress(ip) {
			out = append(out, ocsfObservable{"evidences[].src_endpoint.ip", 2, "IP Address", ip})
		}
	}
	for _, name := range filled(f.Actors) {
		out = append(out, ocsfObservable{"evidences[].actor.user.name", 4, "User Name", name})
	}
	if f.Credential != "" {
		out = append(out, ocsfObservable{
			"evidences[].actor.user.programmatic_credentials[].uid", 19, "User Credential ID", f.Credential,
		})
	}
	if f.Secret != "" {
		out = append(out, ocsfObservable{"resources[].uid", 10, "Resource UID", f.Secret})
	}
	return out
}
