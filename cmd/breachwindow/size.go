package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"breachwindow/ingest"
)

// size is a flag that counts bytes: 500M, 64GiB, 1099511627776.
type size int64

func (s *size) Type() string { return "SIZE" }

func (s *size) String() string {
	const gib = 1 << 30
	if *s >= gib && *s%gib == 0 {
		return fmt.Sprintf("%dGiB", *s/gib)
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Set takes a whole number and a unit, each a thousand and twenty-four of the one before.
func (s *size) Set(text string) error {
	const units = "kmgt"
	lower := strings.ToLower(strings.TrimSpace(text))
	number := strings.TrimRight(lower, units+"ib ")
	unit := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(lower[len(number):]), "b"), "i")
	power := 0
	if unit != "" {
		power = strings.Index(units, unit) + 1
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n <= 0 || unit != "" && power == 0 || n > math.MaxInt64>>(10*power) {
		return fmt.Errorf("%q is no size: write a number and k, M, G or T, such as 200G", text)
	}
	*s = size(n << (10 * power))
	return nil
}

// expandFlag lets the user raise the bound on what a file unpacks to.
func (a *app) expandFlag(cmd *cobra.Command) {
	a.maxExpand = ingest.DefaultMaxExpand
	cmd.Flags().Var(&a.maxExpand, "max-expand",
		"how many bytes one file may unpack to, with all that is in it")
}
