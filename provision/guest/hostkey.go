package guest

// This file: how the machine comes by an SSH host key that nobody else ever
// had, without a moment of trust on first use, and killable at any moment:
//
//  1. the host makes a one-time key, pins it, and puts it into the seed;
//  2. in the first session the guest makes its own key beside it (AnnounceHostKey);
//  3. the host pins both (Pins.Add);
//  4. the guest switches sshd to its own key and deletes the one-time key and
//     every copy that cloud-init kept of it (SwitchHostKey);
//  5. a new connection proves that the guest's own key answers (Dial);
//  6. the host forgets the one-time key (Pins.Set).
//
// Until 3 the one-time key answers, between 3 and 6 either may, after 6 only
// the guest's own. RotateHostKey does 2 to 6 from wherever an earlier try ended.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/clawarium/clawarium/assets/layout"
	"github.com/clawarium/clawarium/assets/text"
)

const (
	hostKeyPath = "/etc/ssh/ssh_host_ed25519_key"
	ownKey      = layout.Own + "/hostkey.pub" // public half of the key that the guest made
)

// hostKeyStep has no Apply of its own: it takes both sides.
func hostKeyStep() Step {
	return Step{
		ID: "guest-hostkey",
		Check: `
[ -s ` + ownKey + ` ] && cmp -s ` + ownKey + ` ` + hostKeyPath + `.pub || no "the host key is not one that the machine made itself"
[ "$(stat -c '%a %U:%G' ` + hostKeyPath + ` 2>/dev/null)" = '600 root:root' ] || no "` + hostKeyPath + ` has another mode or owner"
[ ! -e ` + hostKeyPath + `.new ] || no "the host key is not switched"
[ ! -e /var/lib/cloud/instances ] && [ ! -e /var/lib/cloud/instance ] || no "cloud-init keeps a copy of the seed"
[ -e /etc/cloud/cloud-init.disabled ] || no "cloud-init would run again at the next boot"
`,
		Deadline: 2 * time.Minute,
	}
}

// AnnounceHostKey has the guest make its own host key, if it has none yet, and
// returns the public half. It changes nothing that sshd uses.
func AnnounceHostKey(ctx context.Context, c *Client) (ssh.PublicKey, error) {
	out, err := c.Root(ctx, prelude("guest-hostkey")+`
alone
mkdir -p -m 0700 $own || die "$own could not be made"
if [ ! -s `+ownKey+` ] || ! { cmp -s `+ownKey+` `+hostKeyPath+`.pub || cmp -s `+ownKey+` `+hostKeyPath+`.new.pub; }; then
    rm -f `+hostKeyPath+`.new `+hostKeyPath+`.new.pub
    ssh-keygen -q -t ed25519 -N '' -C '' -f `+hostKeyPath+`.new || die "no host key could be made"
    sync -f `+hostKeyPath+`.new
    cp `+hostKeyPath+`.new.pub `+ownKey+`.part && mv -f `+ownKey+`.part `+ownKey+` || die "the host key could not be kept"
fi
cat `+ownKey+`
`, nil)
	if err != nil {
		return nil, stepFault("guest-hostkey", err)
	}
	key, _, _, _, err := ssh.ParseAuthorizedKey(out)
	return key, err
}

// SwitchHostKey has sshd use the key that AnnounceHostKey returned, which must
// be pinned by now, and deletes the one-time key with every copy of it.
func SwitchHostKey(ctx context.Context, c *Client) error {
	_, err := c.Root(ctx, prelude("guest-hostkey")+`
alone
# The stages of cloud-init that are left have nothing to do (see user-data), and
# would write their copies of the seed again.
mkdir -p /etc/cloud && : >/etc/cloud/cloud-init.disabled || die "cloud-init could not be turned off"
systemctl stop cloud-config.service cloud-final.service cloud-init-main.service cloud-init-hotplugd.socket 2>/dev/null
systemctl reset-failed 'cloud-*' 2>/dev/null
if [ -e `+hostKeyPath+`.new ]; then
    cmp -s `+ownKey+` `+hostKeyPath+`.new.pub || die "the new host key is not the one announced"
    mv -f `+hostKeyPath+`.new.pub `+hostKeyPath+`.pub && mv -f `+hostKeyPath+`.new `+hostKeyPath+` || die "the host key could not be switched"
fi
cmp -s `+ownKey+` `+hostKeyPath+`.pub || die "the host key is not the one announced"
for f in /etc/ssh/ssh_host_*_key; do
    [ "$f" = `+hostKeyPath+` ] || rm -f "$f" "$f.pub"
done
rm -rf /var/lib/cloud/instances /var/lib/cloud/instance /var/lib/cloud/seed /var/lib/cloud/data /run/cloud-init/*.json /run/cloud-init/cloud.cfg \
    /var/lib/cloud/sem || die "copies of the seed could not be deleted"
sync
systemctl reload ssh.service || die "sshd did not take the new host key"
`, nil)
	return stepFault("guest-hostkey", err)
}

// RotateHostKey goes from the one-time key to the guest's own and returns a
// connection under the latter; c is closed then. On an error c stays open. It
// can be called again after any interruption, and when there is nothing left
// to do.
func RotateHostKey(ctx context.Context, c *Client, pins Pins, r Reporter) (*Client, error) {
	own, err := AnnounceHostKey(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := pins.Add(own); err != nil {
		return nil, err
	}
	if err := SwitchHostKey(ctx, c); err != nil {
		return nil, err
	}
	target := c.target
	target.HostKeys = []ssh.PublicKey{own}
	next, err := redial(ctx, target, c.target.HostKeys)
	if err != nil {
		return nil, err
	}
	if err := pins.Set(own); err != nil {
		next.Close()
		return nil, err
	}
	r.Log(fmt.Sprintf("host key %s", ssh.FingerprintSHA256(own)))
	c.Close()
	return next, nil
}

// redial connects under the new key. sshd answers with the old one for a
// moment after it was told to reload.
func redial(ctx context.Context, target Target, old []ssh.PublicKey) (*Client, error) {
	either := target
	either.HostKeys = append(append([]ssh.PublicKey(nil), target.HostKeys...), old...)
	for try := 0; ; try++ {
		c, err := Dial(ctx, either)
		if err == nil && containsKey(target.HostKeys, c.HostKey()) {
			c.target = target
			return c, nil
		}
		if err == nil {
			shown := ssh.FingerprintSHA256(c.HostKey())
			c.Close()
			err = &text.Fault{
				What: fmt.Sprintf(text.T().Guest.KeyNotTheAnnounce, shown),
				Hint: text.T().Guest.KeyNotTheHint, Err: ErrHostKey,
			}
		} else if errors.Is(err, ErrHostKey) {
			return nil, err
		}
		if try == 10 {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(time.Second):
		}
	}
}
