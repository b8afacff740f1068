package inventory

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// decodeMail replaces a saved mail by its text. A transfer encoding would cut key ids in two, or
// hide them.
func (c *collector) decodeMail() {
	m, err := mail.ReadMessage(strings.NewReader(c.src.text))
	if err != nil || m.Header.Get("From") == "" && m.Header.Get("Content-Type") == "" {
		return
	}
	var b bytes.Buffer
	b.WriteString(m.Header.Get("Subject") + "\n")
	if !mailText(&b, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"),
		m.Body, 0) {
		c.notice("%s: a part of this mail could not be decoded: keys in it are missing", c.file)
	}
	if src, _, bad := newSource(bytes.ToValidUTF8(b.Bytes(), []byte("?"))); bad == nil {
		c.src = src
	}
}

const maxMailParts = 8 // parts inside of parts

// mailText writes the texts of a mail, and of a mail's parts. It reports whether all of them could
// be read.
func mailText(w *bytes.Buffer, kind, encoding string, body io.Reader, depth int) (whole bool) {
	media, params, err := mime.ParseMediaType(kind)
	switch {
	case err == nil && strings.HasPrefix(media, "multipart/"):
		return depth < maxMailParts && mailParts(w, params["boundary"], body, depth)
	case err == nil && !strings.HasPrefix(media, "text/"):
		return true // a picture, an attachment
	}
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	_, err = io.Copy(w, body)
	w.WriteByte('\n')
	return err == nil
}

func mailParts(w *bytes.Buffer, boundary string, body io.Reader, depth int) (whole bool) {
	parts := multipart.NewReader(body, boundary)
	whole = true
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return whole && errors.Is(err, io.EOF)
		}
		if !mailText(w, part.Header.Get("Content-Type"),
			part.Header.Get("Content-Transfer-Encoding"), part, depth+1) {
			whole = false
		}
	}
}
