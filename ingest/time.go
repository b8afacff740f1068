package ingest

import (
	"math"
	"strconv"
	"strings"
)

const (
	second   = 1_000_000                     // in microseconds
	earliest = 946_684_800 * int64(second)   // 2000-01-01T00:00:00Z
	latest   = 4_102_444_800 * int64(second) // 2100-01-01T00:00:00Z
)

// timeOf reads a time as logs write it: a date and time with or without zone (UTC then), or
// a number of milliseconds (seconds if it is small). why says what is wrong with it.
func timeOf(s string) (micros int64, why string) {
	micros, ok := parseTime(s)
	if !ok {
		micros, ok = parseEpoch(s)
	}
	switch {
	case !ok:
		return 0, "is not a time"
	case micros < earliest:
		return 0, "is before 2000"
	case micros >= latest:
		return 0, "is after 2100"
	case isRounded(s):
		return 0, "was rounded, as spreadsheets do when they save a table: get the file again"
	}
	return micros, ""
}

// parseTime reads "2022-12-20T09:14:02Z" and its variants: a space for the T, fractions of
// a second (cut to microseconds), a zone "Z", " Z", "UTC", "+01:00", "+0100" or none.
func parseTime(s string) (int64, bool) {
	if len(s) < 19 || s[10] != 'T' && s[10] != ' ' && s[10] != 't' {
		return 0, false
	}
	day, ok := parseDay(s[:10])
	clock, clockOK := parseClock(s[11:19])
	if !ok || !clockOK {
		return 0, false
	}
	secs, rest := day*86400+clock, s[19:]
	if rest == "Z" {
		return secs * second, true
	}
	micros, rest, ok := fraction(rest)
	if !ok {
		return 0, false
	}
	zone, ok := zoneSeconds(rest)
	return (secs-zone)*second + micros, ok
}

// parseDay reads "2022-12-20" as days since 1970-01-01.
func parseDay(s string) (int64, bool) {
	year, month, day := number2(s[0:2])*100+number2(s[2:4]), number2(s[5:7]), number2(s[8:10])
	if s[4] != '-' || s[7] != '-' || year < 0 || month < 1 || month > 12 || day < 1 ||
		day > daysIn(year, month) {
		return 0, false
	}
	return days(year, month, day), true
}

// parseClock reads "09:14:02"; 60 is a leap second.
func parseClock(s string) (int64, bool) {
	hour, minute, sec := number2(s[0:2]), number2(s[3:5]), number2(s[6:8])
	if s[2] != ':' || s[5] != ':' || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
		sec < 0 || sec > 60 {
		return 0, false
	}
	return int64(hour*3600 + minute*60 + sec), true
}

// number2 reads two digits, or returns a number so small that every sum with it is negative.
func number2(s string) int {
	a, b := s[0]-'0', s[1]-'0'
	if a > 9 || b > 9 {
		return -1 << 20
	}
	return int(a)*10 + int(b)
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// days counts the days from 1970-01-01 in the Gregorian calendar. Years start in March
// here, so that the leap day comes last.
func days(year, month, day int) int64 {
	if month < 3 {
		year, month = year-1, month+12
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469)
}

// fraction reads ".123" up to nanoseconds.
func fraction(s string) (micros int64, rest string, ok bool) {
	if s == "" || s[0] != '.' && s[0] != ',' {
		return 0, s, true
	}
	i := 1
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if i <= 6 {
			micros = micros*10 + int64(s[i]-'0')
		}
	}
	if i == 1 {
		return 0, s, false
	}
	for n := i; n <= 6; n++ {
		micros *= 10
	}
	return micros, s[i:], true
}

// zoneSeconds reads a zone; none is UTC.
func zoneSeconds(s string) (int64, bool) {
	s = strings.TrimPrefix(s, " ")
	switch s {
	case "", "Z", "z", "UTC", "GMT":
		return 0, true
	}
	sign := int64(1)
	switch s[0] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	digits := strings.Replace(s[1:], ":", "", 1)
	if len(digits) == 2 {
		digits += "00"
	}
	if len(digits) != 4 {
		return 0, false
	}
	hours, minutes := number2(digits[:2]), number2(digits[2:])
	if hours < 0 || hours > 23 || minutes < 0 || minutes > 59 {
		return 0, false
	}
	return sign * int64(hours*3600+minutes*60), true
}

// secondsBelow separates epochs: as milliseconds it is March 1973, as seconds the year 5138.
const secondsBelow = 100_000_000_000

// parseEpoch reads a number of milliseconds or seconds, with or without fraction.
func parseEpoch(s string) (int64, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		n = max(-secondsBelow, min(n, latest)) // far out of range, but safe to multiply
		if n < secondsBelow {
			n *= 1000
		}
		return n * 1000, true
	}
	if s == "" || strings.Trim(s, "+-.0123456789eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, false
	}
	if f < secondsBelow {
		f *= 1000
	}
	if math.Abs(f) > float64(latest) {
		return math.MaxInt64, true
	}
	return int64(math.Round(f * 1000)), true
}

// isRounded tells milliseconds with six digits or fewer in front of an exponent, "1.67153E+12". A
// program that writes all digits happens to have so few once in ten million times.
func isRounded(s string) bool {
	n := strings.IndexAny(s, "eE")
	if n <= 0 || strings.Trim(s, "+-.0123456789eE") != "" {
		return false
	}
	digits := strings.Trim(strings.ReplaceAll(s[:n], ".", ""), "+-0")
	return len(digits) <= 6
}
