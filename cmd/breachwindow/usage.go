package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"breachwindow/inventory"
)

// flagError says which flag was meant, or where the flags are explained.
func flagError(c *cobra.Command, err error) error {
	hint := c.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near, ok := inventory.Nearest(unknown.GetSpecifiedName(), names); ok {
			hint = "did you mean --" + near + "?"
		}
	}
	return usagef("%w\nhint: %s", err, hint)
}

// wrapArgs makes every complaint about arguments a usage error, and bare groups show their help.
func wrapArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		check = cobra.NoArgs
	}
	c.Args = func(c *cobra.Command, args []string) error {
		err := check(c, args)
		if err == nil {
			return nil
		}
		return argsError(c, args, err)
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}

// argsError says what to write instead of the arguments that were given.
func argsError(c *cobra.Command, args []string, err error) error {
	help := c.CommandPath() + " --help"
	use, _, _ := strings.Cut(c.UseLine(), " [flags]")
	switch near := suggestions(c, args); {
	case c.HasSubCommands() && len(near) > 0:
		return usagef("%w\nhint: did you mean %s?", err, strings.Join(near, " or "))
	case c.HasSubCommands():
		return usagef("%w\nhint: %s", err, help)
	case len(args) == 0:
		return usagef("an argument is missing: %s\nhint: %s", use, help)
	}
	return usagef("%q: write %s\nhint: a name that has spaces needs quotes; %s",
		strings.Join(args, " "), use, help)
}

// suggestions are the commands whose names are near what was written.
func suggestions(c *cobra.Command, args []string) []string {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2
	return c.SuggestionsFor(args[0])
}
