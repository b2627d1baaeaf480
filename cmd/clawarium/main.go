// Command clawarium builds a dedicated virtual machine for the OpenClaw agent
// and proves what holds.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set at link time.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], standardStreams())
	stop()
	os.Exit(code)
}
