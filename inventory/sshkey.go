package inventory

import (
	"errors"
	"regexp"
	"strings"

	"breachwindow/credential"
)

var (
	repoSuffix = regexp.MustCompile(`(?:^|\s)repo=(\S*)\s*$`)
	repoShape  = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]*/[0-9A-Za-z._-]+$`)
)

// sshKey reads fingerprints or a public key, and the repository: from the identifier's
// end, else from the project that stored the key. A deploy key belongs to one repository,
// but a repository may have several, so that join is weak.
func sshKey(text, storedIn string) (identity, *fault) {
	repo, suffix := projectRepo(storedIn), ""
	if m := repoSuffix.FindStringSubmatchIndex(text); m != nil {
		repo = text[m[2]:m[3]]
		suffix = "repo=" + repo
		text = strings.TrimSpace(text[:m[0]])
		if !repoShape.MatchString(repo) {
			return identity{}, &fault{"not a repository", "write repo=ORG/REPO"}
		}
	}
	out, bad := sshNames(text)
	if bad != nil {
		return identity{}, bad
	}
	out.text = strings.TrimSpace(out.text + " " + suffix)
	if repo != "" {
		out.add("repository", "deploy_key:"+repo)
	}
	switch {
	case text != "":
	case repo != "":
		out.notices = []string{"no fingerprint: every deploy key of " + repo + " is taken for it"}
	default:
		out.notices = []string{"no identifier: no log can show its use"}
	}
	return out, nil
}

// sshNames reads one public key, or fingerprints.
func sshNames(text string) (identity, *fault) {
	var out identity
	key, err := credential.ParsePublicKey(text)
	switch {
	case err == nil:
		out.text = key.SHA256
		out.add("fingerprint", key.Hashes...)
		out.add("key", key.SHA256, key.MD5)
		return out, nil
	case errors.Is(err, credential.ErrPrivateKey):
		bad := rawFault("a private key")
		return identity{}, &bad
	}
	words := strings.FieldsFunc(text, isSeparator)
	if _, ok := credential.Fingerprint(text); ok {
		words = []string{text} // a line of ssh-keygen
	}
	var names []string
	for _, word := range words {
		fp, ok := credential.Fingerprint(word)
		if !ok {
			return identity{}, &fault{
				"neither a fingerprint nor a public key",
				"write SHA256:… or the MD5 with colons, which `ssh-keygen -lf KEY.pub` prints, " +
					"or the line of the public key",
			}
		}
		names = append(names, fp)
		if sum, ok := strings.CutPrefix(fp, "SHA256:"); ok {
			hash, _ := credential.TokenHash(sum)
			out.add("fingerprint", hash)
		}
		out.add("key", fp)
	}
	out.text = strings.Join(names, " ")
	return out, nil
}

// projectRepo is the GitHub repository of a CircleCI project, project:gh/ORG/REPO or
// project:ORG/REPO; projects elsewhere have none.
func projectRepo(storedIn string) string {
	slug, ok := strings.CutPrefix(storedIn, "project:")
	if !ok {
		return ""
	}
	parts := strings.Split(strings.TrimSpace(slug), "/")
	if len(parts) == 3 && (parts[0] == "gh" || parts[0] == "github") {
		parts = parts[1:]
	}
	repo := strings.Join(parts, "/")
	if len(parts) != 2 || !repoShape.MatchString(repo) {
		return ""
	}
	return repo
}
