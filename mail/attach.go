package mail

import (
	"bytes"
	"errors"
	"fmt"

	"breachwindow/detect"
	"breachwindow/report"
)

// attachments are what the mail would carry if there were no limit, what is wanted most first. The
// page is made anew, of the result as the mail may tell it.
func attachments(r *detect.Result) ([]file, error) {
	var table, page bytes.Buffer
	if err := errors.Join(report.CSV(&table, r), report.HTML(&page, r)); err != nil {
		return nil, err
	}
	return []file{
		{"findings.csv", "text/csv", table.Bytes()},
		{"report.html", "text/html", page.Bytes()},
	}, nil
}

// bodyRoom is what both parts and the headers need at most.
const bodyRoom = 256 << 10

// LeastLimit is the smallest limit under which a mail without attachments always fits.
const LeastLimit = 512 << 10

// fit keeps the attachments that fit under the limit and says which it left out.
func fit(files []file, picture []byte, limit int64) (kept []file, leftOut []string, err error) {
	if limit < LeastLimit {
		return nil, nil, fmt.Errorf("size limit %d: a mail needs at least %d bytes", limit, LeastLimit)
	}
	left := limit - bodyRoom - encoded(picture)
	for _, f := range files {
		size := encoded(f.data)
		if size > left {
			leftOut = append(leftOut, fmt.Sprintf("%s is left out: with its %s the mail would pass "+
				"its limit of %s. It is in the case folder.", f.name, bytesOf(size), bytesOf(limit)))
			continue
		}
		left -= size
		kept = append(kept, f)
	}
	return kept, leftOut, nil
}

// encoded is what data takes in a mail: base64 in lines of 76.
func encoded(data []byte) int64 {
	n := (int64(len(data)) + 2) / 3 * 4
	return n + n/76*2 + 512
}

func bytesOf(n int64) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KiB", n>>10)
}
