package guest

// This file: a command as the maintenance account.

import "strings"

// KeeperCommand is a command line that runs argv as the keeper.
func KeeperCommand(argv ...string) string {
	words := []string{"exec"}
	for _, arg := range argv {
		words = append(words, quoteShell(arg))
	}
	return strings.Join(words, " ")
}
