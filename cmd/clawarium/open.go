package main

// clawarium open: a tunnel to the gateway for as long as somebody looks, and a
// link that works once.

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
	"github.com/clawarium/clawarium/provision/guest"
	"github.com/clawarium/clawarium/provision/steps"
)

func newOpen(a *app) *cobra.Command {
	t := &text.T().Command
	port := layout.GatewayPort
	c := &cobra.Command{
		Use:   "open",
		Short: t.OpenShort,
		Long:  t.OpenLong,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.open(cmd.Context(), port)
		},
	}
	c.Flags().IntVar(&port, "port", port, t.FlagPort)
	return c
}

func (a *app) open(ctx context.Context, port int) error {
	t := &text.T().Command
	env, session, err := a.inside(ctx)
	if err != nil {
		return err
	}
	defer env.Close()
	tunnel, link, err := tunnelTo(ctx, env, session, port, func() { fmt.Fprintln(a.err, t.Opening) })
	if err != nil {
		return err
	}
	_, bound, _ := net.SplitHostPort(tunnel.Address)
	n, _ := strconv.Atoi(bound)
	fmt.Fprintf(a.err, t.OpenReady+"\n", n)
	fmt.Fprintln(a.out, link)
	<-tunnel.Done()
	fmt.Fprintln(a.err, t.OpenClosed)
	return nil
}

// tunnelTo opens a tunnel from port on this computer to the gateway, and asks for
// a link; asking is called in between.
func tunnelTo(ctx context.Context, env *steps.Env, session *guest.Session, port int, asking func()) (*guest.Tunnel, string, error) {
	at := func(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
	tunnel, err := session.Client.Forward(ctx, at(port), at(layout.GatewayPort))
	if err != nil {
		return nil, "", err
	}
	asking()
	link, err := guest.Dashboard(ctx, session.Client, env.Sandbox(), tunnel.Address)
	return tunnel, link, err
}

// inside opens a running machine and the way into its guest.
func (a *app) inside(ctx context.Context) (*steps.Env, *guest.Session, error) {
	env, err := a.existing()
	if err != nil {
		return nil, nil, err
	}
	status, err := env.Status(ctx)
	if err == nil && status.State != "running" {
		t := &text.T().Command
		err = &text.Fault{
			What: fmt.Sprintf(t.NotRunning, env.Plan.Name),
			Hint: fmt.Sprintf(t.NotRunningHint, a.nameFlag(env.Plan.Name)),
		}
	}
	var session *guest.Session
	if err == nil {
		session, err = env.Session(ctx)
	}
	if err != nil {
		env.Close()
		return nil, nil, err
	}
	return env, session, nil
}
