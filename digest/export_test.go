package digest

// Signed is the text that CloudTrail signs.
func (d *Digest) Signed(hash string) string { return d.signed(hash) }
