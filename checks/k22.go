package checks

import (
	"strings"
	"time"
)

// K22, backup: a recent one is on this host and has the bytes that it was made
// with. Whether it can be restored is only shown by doing it.

// BackupAge is how old the newest backup may be: our choice, a month of work is
// as much as one would want to do again.
const BackupAge = 30 * 24 * time.Hour

func backup(l *look) {
	t := l.t.Host
	b, ok := had(l, Host, t.Backups, l.evidence.Host.Backups)
	if !ok {
		return
	}
	if b.Dir == "" {
		l.unknown(Host, l.t.CouldNotLook, t.Backups, l.t.NotLookedAt)
		return
	}
	if b.Newest == nil {
		l.unknown(Host, t.NoBackup)
		l.hint = t.NoBackupHint
		return
	}
	n := b.Newest
	days := int(l.evidence.Collected.Sub(n.Made).Hours() / 24)
	switch {
	case n.Made.IsZero() || l.evidence.Collected.IsZero():
		l.unknown(Host, l.t.CouldNotLook, n.Name, t.NoAge)
	case l.evidence.Collected.Sub(n.Made) > BackupAge:
		l.wrong(Host, t.BackupStale, n.Name, days, int(BackupAge.Hours()/24))
	default:
		l.right(Host, t.BackupFresh, n.Name, max(days, 0))
	}
	switch {
	case n.Listed == "" || n.SHA256 == "":
		l.unknown(Host, t.BackupUnlisted, n.Name)
	case !strings.EqualFold(n.Listed, n.SHA256):
		l.wrong(Host, t.BackupDamaged, n.Name, n.Size, short(n.SHA256), short(n.Listed))
	default:
		l.right(Host, t.BackupFine, n.Name, n.Size>>20, short(n.SHA256))
	}
	if len(b.Loose) > 0 {
		l.right(Host, t.BackupsLoose, strings.Join(b.Loose, ", "))
	}
}
