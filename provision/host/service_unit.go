package host

// The service as a unit of the owner's own systemd.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/clawarium/clawarium/assets/text"
)

const systemctlLimit = 30 * time.Second

// Unit is the name of the service's unit.
func (s Service) Unit() string { return "clawarium-warden-" + s.Machine + ".service" }

// UnitDirs are the directories that the unit's file needs, outermost first.
func UnitDirs() []string {
	config, err := os.UserConfigDir()
	if err != nil {
		return nil
	}
	return []string{config, filepath.Join(config, "systemd"), filepath.Join(config, "systemd", "user")}
}

func (s Service) unitPath() string {
	dirs := UnitDirs()
	if len(dirs) == 0 {
		return ""
	}
	return filepath.Join(dirs[len(dirs)-1], s.Unit())
}

func (s Service) unitThere() bool {
	_, err := os.Lstat(s.unitPath())
	return err == nil
}

// runtimeDir is where the owner's systemd would be found. su and sudo may leave the
// variable of another account, whose systemd is not asked.
func runtimeDir() string {
	var st syscall.Stat_t
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" && syscall.Stat(dir, &st) == nil && int(st.Uid) == os.Getuid() {
		return dir
	}
	return fmt.Sprintf("/run/user/%d", os.Getuid())
}

// userManager says whether the owner has a systemd that answers.
func userManager() bool {
	conn, err := net.DialTimeout("unix", filepath.Join(runtimeDir(), "systemd", "private"), 2*time.Second)
	if err != nil {
		return false
	}
	conn.Close()
	_, err = exec.LookPath("systemctl")
	return err == nil
}

// Install puts the unit where the owner's systemd finds it, and starts it, now and
// at each start of that systemd.
func (s Service) Install(ctx context.Context) error {
	t := &text.T().Service
	if !userManager() {
		return &text.Fault{What: t.NoManager, Hint: t.NoManagerHint}
	}
	if s.supervisor() != 0 { // of a time without that systemd
		if err := s.Stop(ctx); err != nil {
			return err
		}
	}
	if err := remove(filepath.Join(s.Dir, stopFile)); err != nil { // the unit would not start
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	path, unit := s.unitPath(), s.unitFile(self, os.Getenv, namespacesAllowed(os.ReadFile))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	start := "start"
	files := s.wishFiles(self, os.Getenv)
	if files == nil {
		files = map[string]string{}
	}
	files[s.Unit()] = unit
	for name, unit := range files {
		path := filepath.Join(filepath.Dir(path), name)
		if was, err := os.ReadFile(path); err != nil || string(was) != unit {
			start = "restart" // one that runs would stay as the other unit has it
			if err := renameio.WriteFile(path, []byte(unit), 0o644); err != nil {
				return err
			}
		}
	}
	if err = systemctl(ctx, "daemon-reload"); err == nil {
		err = systemctl(ctx, append([]string{"enable"}, s.units()...)...)
	}
	if err == nil {
		err = systemctl(ctx, append([]string{start}, s.units()...)...)
	}
	return err
}

// units are those that the owner's systemd starts.
func (s Service) units() []string {
	if len(s.Wish) == 0 || strings.Contains(s.Dir, "\n") {
		return []string{s.Unit()}
	}
	return []string{s.Unit(), s.wishUnit() + ".path"}
}

// uninstall is the way back from Install. Without the owner's systemd only the file
// and the link to it can be removed, which is all that is left without one.
func (s Service) uninstall(ctx context.Context) error {
	path := s.unitPath()
	if !s.unitThere() {
		return nil
	}
	manager := userManager()
	dir := filepath.Dir(path)
	wants := filepath.Join(dir, "default.target.wants")
	var errs []error
	for _, unit := range s.units() {
		if _, err := os.Lstat(filepath.Join(dir, unit)); err == nil && manager { // an earlier clawarium made but one
			if err := systemctl(ctx, "disable", "--now", unit); err != nil {
				return err
			}
		}
		errs = append(errs, remove(filepath.Join(dir, unit)), remove(filepath.Join(wants, unit)))
	}
	if err := errors.Join(append(errs, remove(filepath.Join(dir, s.wishUnit()+".service")))...); err != nil {
		return err
	}
	_ = os.Remove(wants) // refuses one that holds another's
	if manager {
		return systemctl(ctx, "daemon-reload")
	}
	return nil
}

// Lingers says whether the owner's systemd, and with it the service, runs while
// they are not logged in.
func Lingers() bool {
	u, err := user.Current()
	if err != nil {
		return false
	}
	_, err = os.Lstat(filepath.Join("/var/lib/systemd/linger", u.Username))
	return !errors.Is(err, fs.ErrNotExist)
}

func systemctl(ctx context.Context, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, systemctlLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "systemctl", append([]string{"--user", "--no-ask-password"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+runtimeDir(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	t := &text.T().Service
	said := string(bytes.TrimSpace(out[:min(len(out), 500)]))
	line := "systemctl --user " + strings.Join(args, " ")
	return &text.Fault{What: fmt.Sprintf(t.Systemctl, line, said), Hint: fmt.Sprintf(t.SystemctlHint, line), Err: err}
}

// namespacesAllowed says whether an ordinary account may make the user namespace
// that a unit of its own systemd needs to see the file system read-only. Ubuntu's
// AppArmor, Debian's former switch and the kernel's limit can each forbid it.
func namespacesAllowed(read func(string) ([]byte, error)) bool {
	for path, forbids := range map[string]string{
		"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1",
		"/proc/sys/kernel/unprivileged_userns_clone":             "0",
		"/proc/sys/user/max_user_namespaces":                     "0",
	} {
		if data, err := read(path); err == nil && strings.TrimSpace(string(data)) == forbids {
			return false
		}
	}
	return true
}

// unitFile is the unit. What it holds back is what a unit of an ordinary account can:
// capabilities it has none, and what needs the file system seen otherwise only where
// namespaces are allowed.
func (s Service) unitFile(self string, getenv func(string) string, namespaces bool) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Made by clawarium, which removes it with the machine.")
	line("[Unit]")
	line("Description=clawarium warden of the machine %s", s.Machine)
	line("Documentation=man:clawarium(1)")
	line("StartLimitIntervalSec=0")
	if dir := strings.ReplaceAll(s.Dir, "%", "%%"); !strings.Contains(dir, "\n") { // is taken as it is but for %
		line("ConditionPathExists=!%s/"+stopFile, dir)
		line("ConditionPathExists=%s", dir) // else it would be tried each second for ever
	}
	line("")
	line("[Service]")
	line("Type=exec")
	b.WriteString(execLines(self, s.Args, getenv))
	line("Restart=always")
	line("RestartSec=1")
	line("TimeoutStopSec=%d", int(endTime.Seconds()))
	line("UMask=0077")
	line("MemoryMax=512M")
	line("TasksMax=128")
	line("LimitNOFILE=4096")
	line("NoNewPrivileges=yes")
	line("LockPersonality=yes")
	line("RestrictRealtime=yes")
	line("RestrictSUIDSGID=yes")
	line("RestrictNamespaces=yes")
	line("RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK")
	line("SystemCallArchitectures=native")
	line("SystemCallFilter=@system-service")
	line("SystemCallErrorNumber=EPERM")
	if namespaces {
		line("PrivateUsers=yes")
		line("PrivateTmp=yes")
		line("PrivateDevices=yes")
		line("ProtectSystem=strict")
		line("ProtectHome=read-only") // which the line before leaves as they are
		line("ReadWritePaths=%s", unitWord(s.Dir))
		// Also what would start something outside of all this, or open libvirt.
		line("InaccessiblePaths=-%%h/.ssh -%%h/.gnupg -%%t/bus -%%t/systemd/private -/run/libvirt -/run/docker.sock")
	}
	line("")
	line("[Install]")
	line("WantedBy=default.target")
	return b.String()
}

// execLines say what is run, where and with what.
func execLines(self string, args []string, getenv func(string) string) string {
	words := []string{unitWord(self)} // where no variable is looked for
	for _, a := range args {
		words = append(words, execWord(a))
	}
	out := "ExecStart=" + strings.Join(words, " ") + "\nWorkingDirectory=/\n"
	for _, name := range []string{"XDG_STATE_HOME", "XDG_CACHE_HOME"} {
		if v := getenv(name); v != "" {
			out += "Environment=" + unitWord(name+"="+v) + "\n"
		}
	}
	return out
}

// unitWord quotes a value for a unit file (systemd.syntax, systemd.unit): % begins a
// specifier there.
func unitWord(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, "\n", `\n`).Replace(s)
	return `"` + s + `"`
}

// execWord is unitWord for an argument, where $ begins a variable.
func execWord(s string) string { return strings.ReplaceAll(unitWord(s), "$", "$$") }
