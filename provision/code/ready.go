package code

import "context"

// Ready says what is missing on this computer for making a code disk; nil when
// nothing is.
func Ready(ctx context.Context) error {
	_, _, err := squashTool(ctx)
	return err
}
